/* SPDX-License-Identifier: MIT */
#include "cli/kernel/targets.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/find/process.h"
#include "cli/kernel/tracefs.h"

enum udyn_status udyn_targets_open(struct udyn_targets *targets, const struct udyn_options *options)
{
    size_t i;

    memset(targets, 0, sizeof(*targets));
    targets->pids = options->pids;
    targets->children = options->children;
    targets->pidfds = udyn_allocate(options->npids, sizeof(*targets->pidfds));
    for (i = 0; i < options->npids; i++) {
        int fd = (int)syscall(SYS_pidfd_open, options->pids[i], 0);

        if (fd < 0 && errno == ESRCH) {
            udyn_say("there is no process %d (any more)", (int)options->pids[i]);
            return UDYN_NOTHING;
        }
        if (fd < 0) {
            udyn_say_errno(-errno, "cannot watch process %d", (int)options->pids[i]);
            return errno == EINVAL ? UDYN_USAGE : UDYN_REFUSED;
        }
        targets->pidfds[targets->count++] = fd;
    }
    targets->nalive = targets->count;
    return UDYN_DONE;
}

/* How often the others are told to the kernel while some of them end. */
#define MOST_ROUNDS 4

/* A zombie fires no more, and may stay for ever. */
static bool is_running(pid_t tid)
{
    char path[64], line[512];
    const char *name_end = NULL;
    FILE *status;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)tid);
    status = fopen(path, "re");
    if (status == NULL)
        return false;
    if (fgets(line, sizeof(line), status) != NULL)
        name_end = strrchr(line, ')'); /* a name may hold one, too */
    (void)fclose(status);
    return name_end != NULL && strchr("ZX", name_end[strlen(") ")]) == NULL;
}

static bool is_target(const struct udyn_targets *targets, pid_t pid)
{
    size_t i;

    for (i = 0; i < targets->count; i++)
        if (targets->pids[i] == pid)
            return true;
    return false;
}

/* The threads of others. */
struct others {
    struct udyn_targets *targets;
    pid_t *tids;
    size_t count, capacity;
};

static void add_other(struct others *others, pid_t tid)
{
    if (others->count == others->capacity) {
        others->capacity = others->capacity == 0 ? 1024 : others->capacity * 2;
        others->tids = udyn_reallocate(others->tids, others->capacity, sizeof(*others->tids));
    }
    others->tids[others->count++] = tid;
}

/* Notes the threads of a process. */
static bool look_at_process(pid_t pid, void *context)
{
    struct others *others = context;
    bool is_wanted = is_target(others->targets, pid);
    char folder[64];
    struct dirent *entry;
    DIR *tasks;

    snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
    tasks = opendir(folder);
    if (tasks == NULL)
        return true; /* it has ended */
    while ((entry = readdir(tasks)) != NULL) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (tid <= 0)
            continue;
        udyn_threads_set(&others->targets->threads, tid, pid, is_wanted);
        if (!is_wanted)
            add_other(others, tid);
    }
    (void)closedir(tasks);
    return true;
}

/* Drops those that have ended. Returns whether there were any. */
static bool drop_ended(struct others *others)
{
    size_t kept = 0, i;
    char path[32];
    bool were_any;

    for (i = 0; i < others->count; i++) {
        snprintf(path, sizeof(path), "/proc/%d", (int)others->tids[i]);
        if (access(path, F_OK) == 0)
            others->tids[kept++] = others->tids[i];
    }
    were_any = kept < others->count;
    others->count = kept;
    return were_any;
}

static int write_others(const struct others *others)
{
    char *text = NULL;
    size_t size = 0, i;
    FILE *out = open_memstream(&text, &size);
    int error = -ENOMEM;

    if (out == NULL)
        return -ENOMEM;
    for (i = 0; i < others->count; i++)
        fprintf(out, "%d\n", (int)others->tids[i]);
    if (fclose(out) == 0)
        error = udyn_tracefs_set(others->targets->instance, "set_event_notrace_pid", text);
    free(text);
    return error;
}

/* Notes all threads there are; the kernel leaves out those of others and what they will make. A
 * number whose thread has ended by then would stay in its list, and hide whoever gets it next. */
static int leave_out_others(struct udyn_targets *targets)
{
    struct others others = {.targets = targets};
    int error = udyn_process_each(look_at_process, &others), rounds;

    (void)drop_ended(&others);
    for (rounds = 0; error == 0 && rounds < MOST_ROUNDS; rounds++) {
        error = write_others(&others);
        if (!drop_ended(&others))
            break;
    }
    free(others.tids);
    /* Before Linux 5.7 there is no such file: all is left out here. */
    return error == -ENOENT ? 0 : error;
}

static int switch_on(struct udyn_targets *targets, const char *group, const char *name,
                     struct udyn_task_event *event)
{
    struct udyn_format format;
    int error = udyn_format_read(&format, targets->instance, group, name);
    char path[64];

    if (error < 0)
        return error;
    event->id = format.id;
    event->tid = udyn_format_field(&format, "common_pid");
    event->child = udyn_format_field(&format, "pid");
    event->old_tid = udyn_format_field(&format, "old_pid");
    event->flags = udyn_format_field(&format, "clone_flags");
    udyn_format_free(&format);
    snprintf(path, sizeof(path), "events/%s/%s/enable", group, name);
    return udyn_tracefs_set(targets->instance, path, "1");
}

/* What is made or ends from here on is told by events, so that the look at all misses nobody. */
enum udyn_status udyn_targets_filter(struct udyn_targets *targets, int instance)
{
    int error;

    targets->instance = instance;
    error = udyn_tracefs_set(instance, "options/event-fork", "1");
    if (error == 0)
        error = switch_on(targets, "task", "task_newtask", &targets->made);
    if (error == 0)
        error = switch_on(targets, "sched", "sched_process_exec", &targets->executed);
    if (error == 0)
        error = switch_on(targets, "sched", "sched_process_exit", &targets->ended);
    if (error == 0)
        error = leave_out_others(targets);
    if (error < 0)
        udyn_say_errno(error, "cannot filter by process in tracefs");
    return udyn_status_of(error);
}

static pid_t number_of(struct udyn_field field, const struct udyn_record *record)
{
    return (pid_t)udyn_field_number(field, record->bytes, record->size);
}

static void note_made(struct udyn_targets *targets, const struct udyn_record *record)
{
    const struct udyn_thread *parent =
        udyn_targets_thread(targets, number_of(targets->made.tid, record));
    uint64_t flags = udyn_field_number(targets->made.flags, record->bytes, record->size);
    pid_t child = number_of(targets->made.child, record);

    if (parent != NULL && (flags & CLONE_THREAD) != 0)
        udyn_threads_set(&targets->threads, child, parent->pid, true);
    else
        udyn_threads_set(&targets->threads, child, child, parent != NULL && targets->children);
}

bool udyn_targets_learn(struct udyn_targets *targets, uint16_t id, const struct udyn_record *record)
{
    pid_t tid, pid;

    if (id == targets->made.id) {
        note_made(targets, record);
    } else if (id == targets->executed.id) {
        /* Another thread than the first has got the number of that, which has ended. */
        tid = number_of(targets->executed.old_tid, record);
        pid = number_of(targets->executed.tid, record);
        if (udyn_targets_thread(targets, tid) != NULL) {
            udyn_threads_set(&targets->threads, tid, tid, false);
            udyn_threads_set(&targets->threads, pid, pid, true);
        }
    } else if (id == targets->ended.id) {
        tid = number_of(targets->ended.tid, record);
        udyn_threads_set(&targets->threads, tid, tid, false);
    } else {
        return false;
    }
    return true;
}

/* Reads whose thread it is, and who made that process. False if it has ended. */
static bool read_status(pid_t tid, pid_t *pid, pid_t *parent)
{
    char path[64], line[128];
    FILE *status;

    *pid = *parent = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
    status = fopen(path, "re");
    if (status == NULL)
        return false;
    while (*parent == 0 && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "Tgid:", 5) == 0)
            *pid = (pid_t)strtol(line + 5, NULL, 10);
        if (strncmp(line, "PPid:", 5) == 0) /* comes later */
            *parent = (pid_t)strtol(line + 5, NULL, 10);
    }
    (void)fclose(status);
    return *pid > 0;
}

/* A thread that was never told of, as when events were lost. One that has ended is nobody's. */
static void look_up(struct udyn_targets *targets, pid_t tid)
{
    pid_t pid, parent, other;
    bool is_wanted;

    if (!read_status(tid, &pid, &parent)) {
        udyn_threads_set(&targets->threads, tid, tid, false);
        return;
    }
    is_wanted = is_target(targets, pid);
    while (targets->children && !is_wanted && parent > 0) {
        is_wanted = is_target(targets, parent);
        (void)read_status(parent, &other, &parent);
    }
    udyn_threads_set(&targets->threads, tid, pid, is_wanted);
}

const struct udyn_thread *udyn_targets_thread(struct udyn_targets *targets, pid_t tid)
{
    const struct udyn_thread *thread = udyn_threads_find(&targets->threads, tid);

    if (thread == NULL) {
        look_up(targets, tid);
        thread = udyn_threads_find(&targets->threads, tid);
    }
    return thread->is_wanted ? thread : NULL;
}

/* Those whose end was told are not wanted any more. */
static bool is_any_left(const struct udyn_targets *targets)
{
    size_t i;

    for (i = 0; i < targets->threads.capacity; i++) {
        const struct udyn_thread *thread = &targets->threads.slots[i];

        if (thread->tid != 0 && thread->is_wanted && is_running(thread->tid))
            return true;
    }
    return false;
}

bool udyn_targets_have_ended(struct udyn_targets *targets)
{
    size_t i;

    for (i = 0; i < targets->count; i++) {
        struct pollfd ended = {.fd = targets->pidfds[i], .events = POLLIN};

        if (ended.fd < 0 || poll(&ended, 1, 0) != 1)
            continue;
        (void)close(ended.fd); /* only watched */
        targets->pidfds[i] = -1;
        targets->nalive--;
    }
    return targets->nalive == 0 && (!targets->children || !is_any_left(targets));
}

void udyn_targets_close(struct udyn_targets *targets)
{
    size_t i;

    for (i = 0; i < targets->count; i++)
        if (targets->pidfds[i] >= 0)
            (void)close(targets->pidfds[i]); /* only watched */
    free(targets->pidfds);
    udyn_threads_free(&targets->threads);
}
