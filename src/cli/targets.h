/* SPDX-License-Identifier: MIT */
/*
 * The processes that are traced: their threads, those they make later, and their end. The kernel
 * filters by thread and adds what a thread forks by itself (the option event-fork); which of these
 * are threads and which are new processes is read from the event task:task_newtask. Children that
 * nobody asked for are left out here, not in the kernel: to tell it of one takes some 50 ms, and it
 * would take the number for the child's even when a thread has got it (docs/command.md).
 */
#ifndef UDYN_CLI_TARGETS_H
#define UDYN_CLI_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "cli/format.h"
#include "cli/options.h"
#include "cli/ring.h"
#include "cli/threads.h"

struct udyn_targets {
    const pid_t *pids;
    int *pidfds; /* -1: ended */
    size_t count;
    size_t nalive;
    bool children;
    int instance;
    struct udyn_threads threads;
    uint16_t newtask; /* the id of the event */
    struct udyn_field parent, child, flags;
};

/* Gets hold of the processes. Says which there is not. */
enum udyn_status udyn_targets_open(struct udyn_targets *targets,
                                   const struct udyn_options *options);

/* Lets only them through the instance. Says what fails. */
enum udyn_status udyn_targets_filter(struct udyn_targets *targets, int instance);

/* Notes a record of task_newtask; false if it is of another event. */
bool udyn_targets_note(struct udyn_targets *targets, uint16_t id, const struct udyn_record *record);

/* The thread of a record if its events are wanted, or NULL. */
const struct udyn_thread *udyn_targets_thread(struct udyn_targets *targets, pid_t tid);

/* Looks who has ended. True when all have, and with them the children that are traced. */
bool udyn_targets_have_ended(struct udyn_targets *targets);

void udyn_targets_close(struct udyn_targets *targets);

#endif
