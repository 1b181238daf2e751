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

/* Adds the threads that are not known yet to `text`; returns how many. */
static size_t add_threads(struct udyn_targets *targets, pid_t pid, FILE *text)
{
    char folder[64];
    struct dirent *entry;
    size_t count = 0;
    DIR *tasks;

    snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
    tasks = opendir(folder);
    if (tasks == NULL)
        return 0;
    while ((entry = readdir(tasks)) != NULL) {
        pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);

        if (tid <= 0 || udyn_threads_find(&targets->threads, tid) != NULL)
            continue;
        udyn_threads_set(&targets->threads, tid, pid, true);
        fprintf(text, "%d\n", (int)tid);
        count++;
    }
    (void)closedir(tasks); /* only read */
    return count;
}

/* A thread that appears between the look and the write is found by the next look; what those that
 * are in the filter make is added by the kernel. */
static int add_all_threads(struct udyn_targets *targets)
{
    size_t added;
    int error = 0;

    do {
        char *text = NULL;
        size_t size = 0, i;
        FILE *out = open_memstream(&text, &size);

        if (out == NULL)
            return -ENOMEM;
        added = 0;
        for (i = 0; i < targets->count; i++)
            added += add_threads(targets, targets->pids[i], out);
        if (fclose(out) != 0)
            error = -ENOMEM;
        else if (added > 0)
            error = udyn_tracefs_append(targets->instance, "set_event_pid", text, size);
        free(text);
    } while (error == 0 && added > 0);
    return error;
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
    if (error == 0)
        error = udyn_tracefs_set(instance, "events/task/task_newtask/enable", "1");
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

/* A child that nobody wants would fill the buffer: the kernel is told to leave it out, too. */
static void leave_out(const struct udyn_targets *targets, pid_t tid)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%d\n", (int)tid);

    /* If it fails, its events are left out when they are read. */
    (void)udyn_tracefs_append(targets->instance, "set_event_notrace_pid", text, (size_t)length);
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
    if (parent != NULL && (flags & CLONE_THREAD) != 0) {
        udyn_threads_set(&targets->threads, child, parent->pid, true);
    } else {
        bool is_wanted = parent != NULL && targets->children;

        udyn_threads_set(&targets->threads, child, child, is_wanted);
        if (!is_wanted)
            leave_out(targets, child);
    }
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

/* The kernel takes those that end out of its filter. */
static bool is_filter_empty(const struct udyn_targets *targets)
{
    char *text;
    bool is_empty;

    if (udyn_tracefs_read(targets->instance, "set_event_pid", &text) < 0)
        return true;
    is_empty = text[strcspn(text, "0123456789")] == '\0';
    free(text);
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
