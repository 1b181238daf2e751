/* SPDX-License-Identifier: MIT */
/* Which process a thread belongs to: records tell the thread only. */
#ifndef UDYN_CLI_KERNEL_THREADS_H
#define UDYN_CLI_KERNEL_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct udyn_thread {
    pid_t tid; /* 0: the slot is free */
    pid_t pid;
    bool is_wanted; /* its events are to be shown */
};

struct udyn_threads {
    struct udyn_thread *slots;
    size_t count, capacity;
};

/* Finds a thread, or NULL. Valid until the next udyn_threads_set(). */
const struct udyn_thread *udyn_threads_find(const struct udyn_threads *threads, pid_t tid);

/* Adds a thread; one of the same number has ended, and is replaced. */
void udyn_threads_set(struct udyn_threads *threads, pid_t tid, pid_t pid, bool is_wanted);

void udyn_threads_free(struct udyn_threads *threads);

#endif
