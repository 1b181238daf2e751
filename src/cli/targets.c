/* SPDX-License-Identifier: MIT */
#include "cli/targets.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/tracefs.h"
#include "cli/wait.h"

#define DIGITS "0123456789"

/* In how many rounds all threads of a process that makes them all the time are found. */
#define MOST_ROUNDS 20

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
    (void)fclose(status);              /* only read */
    return name_end != NULL && strchr("ZX", name_end[strlen(") ")]) == NULL;
}

/* The threads that the kernel lets through. */
static int read_filter(const struct udyn_targets *targets, struct udyn_threads *threads)
{
    char *text, *at;
    int error = udyn_tracefs_read(targets->instance, "set_event_pid", &text);

    if (error < 0)
        return error;
    for (at = text; *(at += strcspn(at, DIGITS)) != '\0'; at += strspn(at, DIGITS)) {
        pid_t tid = (pid_t)strtol(at, NULL, 10);

        udyn_threads_set(threads, tid, tid, true);
    }
    free(text);
    return 0;
}

/* Notes the threads of a process. */
static void look_at_threads(struct udyn_threads *threads, pid_t pid)
{
    char folder[64];
    struct dirent *entry;
    DIR *tasks;

    snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
    tasks = opendir(folder);
    if (tasks == NULL)
        return;
    while ((entry = readdir(tasks)) != NULL) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (tid > 0)
            udyn_threads_set(threads, tid, pid, true);
    }
    (void)closedir(tasks); /* only read */
}

/* Writes the threads that the kernel does not let through yet; returns how many, or an error. */
static int add_missing(struct udyn_targets *targets)
{
    struct udyn_threads filter = {0};
    char *text = NULL;
    size_t size = 0, i;
    int count = 0, error;
    FILE *out;

    /* First these, then the filter: what is not in it then was made by a thread that is not. */
    udyn_threads_free(&targets->threads);
    for (i = 0; i < targets->count; i++)
        look_at_threads(&targets->threads, targets->pids[i]);
    error = read_filter(targets, &filter);
    if (error == 0 && (out = open_memstream(&text, &size)) == NULL)
        error = -ENOMEM;
    if (error == 0) {
        for (i = 0; i < targets->threads.capacity; i++) {
            pid_t tid = targets->threads.slots[i].tid;

            if (tid == 0 || udyn_threads_find(&filter, tid) != NULL || !is_running(tid))
                continue;
            fprintf(out, "%d\n", (int)tid);
            count++;
        }
        if (fclose(out) != 0)
            error = -ENOMEM;
        else if (count > 0)
            error = udyn_tracefs_append(targets->instance, "set_event_pid", text, size);
        free(text);
    }
    udyn_threads_free(&filter);
    return error < 0 ? error : count;
}

/*
 * A thread that is made between the look and the write is found by the next look; what those that
 * are in the filter make is added by the kernel. From the first on the filter is not empty, which
 * would let everybody's task_newtask through.
 */
static int add_all_threads(struct udyn_targets *targets)
{
    int error = 0, added = 0, rounds;

    for (rounds = 0; rounds < MOST_ROUNDS && !udyn_wait_is_stopped(); rounds++) {
        added = add_missing(targets);
        if (rounds == 0 && added == 0)
            return -ESRCH;
        if (rounds == 0 && added > 0)
            error = udyn_tracefs_set(targets->instance, "events/task/task_newtask/enable", "1");
        if (added <= 0 || error < 0)
            break;
    }
    if (rounds == MOST_ROUNDS)
        udyn_say("threads come and go faster than they can be told to the kernel: events of some "
                 "may be missing");
    return added < 0 ? added : error;
}

enum udyn_status udyn_targets_filter(struct udyn_targets *targets, int instance)
{
    struct udyn_format format;
    int error;

    targets->instance = instance;
    error = udyn_format_read(&format, instance, "task", "task_newtask");
    if (error == 0) {
        targets->newtask = format.id;
        targets->parent = udyn_format_field(&format, "common_pid");
        targets->child = udyn_format_field(&format, "pid");
        targets->flags = udyn_format_field(&format, "clone_flags");
        udyn_format_free(&format);
        error = udyn_tracefs_set(instance, "options/event-fork", "1");
    }
    if (error == 0)
        error = add_all_threads(targets);
    if (error == -ESRCH) {
        udyn_say("the process has ended");
        return UDYN_NOTHING;
    }
    if (error < 0)
        udyn_say_errno(error, "cannot filter by process in tracefs");
    return udyn_status_of(error);
}

static bool is_target(const struct udyn_targets *targets, pid_t pid)
{
    size_t i;

    for (i = 0; i < targets->count; i++)
        if (targets->pids[i] == pid)
            return true;
    return false;
}

bool udyn_targets_note(struct udyn_targets *targets, uint16_t id, const struct udyn_record *record)
{
    const struct udyn_thread *parent;
    uint64_t flags;
    pid_t child;

    if (id != targets->newtask)
        return false;
    child = (pid_t)udyn_field_number(targets->child, record->bytes, record->size);
    flags = udyn_field_number(targets->flags, record->bytes, record->size);
    parent = udyn_targets_thread(
        targets, (pid_t)udyn_field_number(targets->parent, record->bytes, record->size));
    if (child <= 0)
        return true;
    if (parent != NULL && (flags & CLONE_THREAD) != 0)
        udyn_threads_set(&targets->threads, child, parent->pid, true);
    else
        udyn_threads_set(&targets->threads, child, child, parent != NULL && targets->children);
    return true;
}

/* The process of a thread that was never told of, as when events were lost. */
static pid_t look_up_process(pid_t tid)
{
    char path[64], line[128];
    pid_t pid = 0;
    FILE *status;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
    status = fopen(path, "re");
    if (status == NULL)
        return 0;
    while (pid == 0 && fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, "Tgid:", 5) == 0)
            pid = (pid_t)strtol(line + 5, NULL, 10);
    (void)fclose(status); /* only read */
    return pid;
}

const struct udyn_thread *udyn_targets_thread(struct udyn_targets *targets, pid_t tid)
{
    const struct udyn_thread *thread = udyn_threads_find(&targets->threads, tid);

    if (thread == NULL) {
        pid_t pid = look_up_process(tid);

        udyn_threads_set(&targets->threads, tid, pid > 0 ? pid : tid,
                         targets->children || is_target(targets, pid));
        thread = udyn_threads_find(&targets->threads, tid);
    }
    return thread->is_wanted ? thread : NULL;
}

/* The kernel takes out of its filter those that were reaped, but for one that was before the filter
 * had it. */
static bool is_filter_empty(const struct udyn_targets *targets)
{
    struct udyn_threads filter = {0};
    bool is_empty = true;
    size_t i;

    if (read_filter(targets, &filter) == 0)
        for (i = 0; is_empty && i < filter.capacity; i++)
            is_empty = filter.slots[i].tid == 0 || !is_running(filter.slots[i].tid);
    udyn_threads_free(&filter);
    return is_empty;
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
    return targets->nalive == 0 && (!targets->children || is_filter_empty(targets));
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
