/* SPDX-License-Identifier: MIT */
/*
 * Reads commands, one a line, and answers each with one line that begins with "ok" or "error":
 *
 *   provider NAME [backing=auto|memfd|file|shared] [detect=site]
 *   probe PROVIDER NAME [TYPE...]       arguments are called a0, a1, ...
 *   many PROVIDER COUNT                 probes p0, p1, ... with one int64 each
 *   load|unload|free|path PROVIDER
 *   fire PROVIDER PROBE [VALUE...]      as usdt_dyn_probe_fire()
 *   threads PROVIDER PROBE [VALUE...]   the same from four threads at once
 *   bare PROVIDER PROBE [VALUE...]      calls the site and nothing else: what the library does not
 *   enabled|semaphore PROVIDER PROBE
 *   await PROVIDER PROBE 0|1            until it is enabled or not, for at most 20 s
 *   until PATH                          until there is such a file, for at most 20 s
 *   fork fork|_Fork|clone COMMAND [; COMMAND]...   a child does these and ends
 *   close                               closes every descriptor from 3 on
 *   reap                                waits for a child and tells how it ended
 *
 * A child's answers begin with "child", a grandchild's with "child child".
 */
#include "target.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX     32
#define PROVIDERS_MAX 16
#define PROBES_MAX    64

struct named_provider {
    char name[128];
    usdt_dyn_provider *provider;
};

static struct named_provider providers[PROVIDERS_MAX];
static struct named_probe probes[PROBES_MAX];
static size_t nproviders, nprobes;
static int depth; /* of forks */

static void run_line(char *line);

/* One write a line, so that the lines of several processes do not mix. */
__attribute__((format(printf, 2, 3))) static void answer(const char *result, const char *format,
                                                         ...)
{
    char text[1024] = "";
    va_list values;
    int i;

    for (i = 0; i < depth; i++)
        strcat(text, "child ");
    strcat(strcat(text, result), " ");
    va_start(values, format);
    vsnprintf(text + strlen(text), sizeof(text) - strlen(text), format, values);
    va_end(values);
    puts(text);
    fflush(stdout);
}

static void answer_result(int error, const char *what)
{
    if (error < 0)
        answer("error", "%d %s", error, usdt_dyn_last_error());
    else
        answer("ok", "%s", what);
}

static struct named_provider *find_provider(const char *name)
{
    size_t i;

    for (i = 0; i < nproviders; i++)
        if (providers[i].provider != NULL && strcmp(providers[i].name, name) == 0)
            return &providers[i];
    answer("error", "no provider %s", name);
    return NULL;
}

static struct named_probe *find_probe(const char *provider, const char *name)
{
    size_t i;

    for (i = 0; i < nprobes; i++)
        if (strcmp(probes[i].provider, provider) == 0 && strcmp(probes[i].name, name) == 0)
            return &probes[i];
    answer("error", "no probe %s:%s", provider, name);
    return NULL;
}

static int set_option(usdt_dyn_provider *provider, const char *option)
{
    static const char *const backings[] = {"auto", "memfd", "file", "shared"};
    size_t i;

    if (strcmp(option, "detect=site") == 0)
        return usdt_dyn_provider_set_detection(provider, USDT_DYN_DETECT_SITE);
    for (i = 0; i < sizeof(backings) / sizeof(backings[0]); i++)
        if (strncmp(option, "backing=", 8) == 0 && strcmp(option + 8, backings[i]) == 0)
            return usdt_dyn_provider_set_backing(provider, (usdt_dyn_backing)i);
    return -1;
}

static void add_provider(char **words, size_t count)
{
    struct named_provider *made = &providers[nproviders];
    int error = nproviders < PROVIDERS_MAX ? usdt_dyn_provider_new(&made->provider, words[1]) : -1;
    size_t i;

    for (i = 2; i < count && error == 0; i++)
        error = set_option(made->provider, words[i]);
    if (error == 0)
        snprintf(providers[nproviders++].name, sizeof(made->name), "%s", words[1]);
    answer_result(error, words[1]);
}

static void add_probe(char **words, size_t count)
{
    static const char *const names[] = {"a0", "a1", "a2", "a3", "a4",  "a5",
                                        "a6", "a7", "a8", "a9", "a10", "a11"};
    struct named_provider *owner = find_provider(words[1]);
    struct named_probe *made = &probes[nprobes];
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    size_t i;
    int error = -1;

    if (owner == NULL)
        return;
    made->nargs = count - 3;
    for (i = 0; i < made->nargs && i < USDT_DYN_MAX_ARGS; i++) {
        if (!target_parse_type(words[i + 3], &made->types[i])) {
            answer("error", "no type %s", words[i + 3]);
            return;
        }
        args[i] = (usdt_dyn_arg){names[i], made->types[i]};
    }
    if (nprobes < PROBES_MAX)
        error =
            usdt_dyn_provider_add_probe(owner->provider, &made->probe, words[2], args, made->nargs);
    if (error == 0) {
        made->owner = owner->provider;
        snprintf(made->provider, sizeof(made->provider), "%s", words[1]);
        snprintf(made->name, sizeof(made->name), "%s", words[2]);
        nprobes++;
    }
    answer_result(error, words[2]);
}

static void add_many(char **words)
{
    static const usdt_dyn_arg arg = {"number", USDT_DYN_INT64};
    struct named_provider *owner = find_provider(words[1]);
    unsigned long i, count = strtoul(words[2], NULL, 10);
    usdt_dyn_probe *probe;
    char name[32];
    int error = 0;

    if (owner == NULL)
        return;
    for (i = 0; i < count && error == 0; i++) {
        snprintf(name, sizeof(name), "p%lu", i);
        error = usdt_dyn_provider_add_probe(owner->provider, &probe, name, &arg, 1);
    }
    answer_result(error, words[2]);
}

static void do_provider(char **words)
{
    struct named_provider *named = find_provider(words[1]);
    const char *path;
    size_t i;

    if (named == NULL)
        return;
    if (strcmp(words[0], "load") == 0) {
        answer_result(usdt_dyn_provider_load(named->provider), words[1]);
    } else if (strcmp(words[0], "unload") == 0) {
        answer_result(usdt_dyn_provider_unload(named->provider), words[1]);
    } else if (strcmp(words[0], "path") == 0) {
        path = usdt_dyn_provider_path(named->provider);
        answer("ok", "%s", path != NULL ? path : "NULL");
    } else {
        for (i = 0; i < nprobes; i++)
            if (probes[i].owner == named->provider)
                probes[i].name[0] = '\0'; /* it goes with its provider: no command finds it */
        usdt_dyn_provider_free(named->provider);
        named->provider = NULL;
        answer("ok", "%s", words[1]);
    }
}

static void fire(char **words, size_t count)
{
    struct named_probe *probe = find_probe(words[1], words[2]);
    uint64_t values[USDT_DYN_MAX_ARGS] = {0};
    bool was_enabled, is_done = true;
    size_t i;

    if (probe == NULL)
        return;
    for (i = 0; i < probe->nargs; i++) {
        if (i + 3 >= count || !target_parse_value(words[i + 3], probe->types[i], &values[i])) {
            answer("error", "value %zu", i);
            return;
        }
    }
    was_enabled = usdt_dyn_enabled(probe->probe);
    if (strcmp(words[0], "fire") == 0)
        usdt_dyn_probe_fire(probe->probe, values, probe->nargs);
    else if (strcmp(words[0], "threads") == 0)
        is_done = target_fire_in_threads(probe, values);
    else
        is_done = target_call_bare(probe, values);
    answer(is_done ? "ok" : "error", "fired %d", was_enabled);
}

static void await(char **words, size_t count)
{
    struct named_probe *probe = find_probe(words[1], words[2]);
    bool wanted = count > 3 && strcmp(words[3], "1") == 0;
    int tries;

    if (probe == NULL)
        return;
    for (tries = 0; tries < 4000 && usdt_dyn_enabled(probe->probe) != wanted; tries++)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    if (usdt_dyn_enabled(probe->probe) == wanted)
        answer("ok", "%s:%s is %d", words[1], words[2], wanted);
    else
        answer("error", "%s:%s is still not %d", words[1], words[2], wanted);
}

static void until(const char *path)
{
    int tries;

    for (tries = 0; tries < 4000 && access(path, F_OK) < 0; tries++)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    answer(access(path, F_OK) == 0 ? "ok" : "error", "%s", path);
}

static void look(char **words)
{
    struct named_probe *probe = find_probe(words[1], words[2]);
    const volatile uint16_t *semaphore;

    if (probe == NULL)
        return;
    semaphore = usdt_dyn_probe_semaphore(probe->probe);
    if (strcmp(words[0], "enabled") == 0)
        answer("ok", "%d", usdt_dyn_enabled(probe->probe));
    else if (semaphore == NULL)
        answer("ok", "NULL");
    else
        answer("ok", "%u", *semaphore);
}

/* The child has the rest of the line, one command after the other. */
static void fork_and_run(const char *how, char *commands)
{
    char *next;
    int pid;

    fflush(stdout);
    pid = target_fork(how);
    if (pid != 0) {
        answer(pid > 0 ? "ok" : "error", "child %d", pid);
        return;
    }
    depth++;
    for (; commands != NULL; commands = next) {
        bool is_fork = strncmp(commands, "fork ", 5) == 0; /* it has all the rest */

        next = is_fork ? NULL : strstr(commands, " ; ");
        if (next != NULL) {
            *next = '\0';
            next += 3;
        }
        run_line(commands);
        /* _exit() is for children; a child waits for its own. */
        if (is_fork)
            run_line((char[]){"reap"});
    }
    _exit(0);
}

static void reap(void)
{
    int status;
    int pid = wait(&status);

    if (pid < 0)
        answer("error", "no child");
    else if (WIFSIGNALED(status))
        answer("ok", "reaped by signal %d", WTERMSIG(status));
    else
        answer("ok", "reaped with status %d", WEXITSTATUS(status));
}

static void close_all(void)
{
    int fd;

    for (fd = 3; fd < 1024; fd++)
        (void)close(fd);
    answer("ok", "closed");
}

static void run_line(char *line)
{
    char *words[WORDS_MAX], *rest = line, *word;
    size_t count = 0;

    if (strncmp(line, "fork ", 5) == 0) {
        word = strtok_r(line + 5, " ", &rest);
        fork_and_run(word != NULL ? word : "", rest);
        return;
    }
    while (count < WORDS_MAX && (word = strtok_r(rest, " ", &rest)) != NULL)
        words[count++] = word;
    if (count == 1 && strcmp(words[0], "reap") == 0)
        reap();
    else if (count == 1 && strcmp(words[0], "close") == 0)
        close_all();
    else if (count >= 2 && strcmp(words[0], "provider") == 0)
        add_provider(words, count);
    else if (count >= 3 && strcmp(words[0], "probe") == 0)
        add_probe(words, count);
    else if (count == 3 && strcmp(words[0], "many") == 0)
        add_many(words);
    else if (count >= 3 && (strcmp(words[0], "fire") == 0 || strcmp(words[0], "bare") == 0 ||
                            strcmp(words[0], "threads") == 0))
        fire(words, count);
    else if (count == 4 && strcmp(words[0], "await") == 0)
        await(words, count);
    else if (count == 2 && strcmp(words[0], "until") == 0)
        until(words[1]);
    else if (count == 3 && (strcmp(words[0], "enabled") == 0 || strcmp(words[0], "semaphore") == 0))
        look(words);
    else if (count == 2 && (strcmp(words[0], "load") == 0 || strcmp(words[0], "unload") == 0 ||
                            strcmp(words[0], "free") == 0 || strcmp(words[0], "path") == 0))
        do_provider(words);
    else
        answer("error", "what is %s", count > 0 ? words[0] : "an empty line");
}

int main(void)
{
    static char line[4096];

    /* A child that is to die in a test leaves no core. */
    if (setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) < 0)
        return 1;
    answer("ok", "ready");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        run_line(line);
    }
    return 0;
}
