/* SPDX-License-Identifier: MIT */
/*
 * The processes that are traced: their threads, those they make later, and their end. Events tell
 * the thread; whose it is, is known from task_newtask, sched_process_exec and sched_process_exit,
 * which are in the order of time with the others, so that a number that is used again is told
 * apart. The kernel leaves out all who are there at the start and not wanted, with what they make
 * (set_event_notrace_pid, event-fork). Children that nobody asked for are left out here:
 * docs/command.md has why.
 */
#ifndef UDYN_CLI_KERNEL_TARGETS_H
#define UDYN_CLI_KERNEL_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "cli/kernel/format.h"
#include "cli/kernel/ring.h"
#include "cli/kernel/threads.h"
#include "cli/options.h"

/* Where an event has what it tells. */
struct udyn_task_event {
    uint16_t id;
    struct udyn_field tid, child, old_tid, flags;
};

struct udyn_targets {
    const pid_t *pids;
    int *pidfds; /* -1: ended */
    size_t count;
    size_t nalive;
    bool children;
    int instance;
    struct udyn_threads threads;
    struct udyn_task_event made, executed, ended;
};

/* Gets hold of the processes. Says which there is not. */
enum udyn_status udyn_targets_open(struct udyn_targets *targets,
                                   const struct udyn_options *options);

/* Lets only them through the instance. Says what fails. */
enum udyn_status udyn_targets_filter(struct udyn_targets *targets, int instance);

/* Learns what became of a thread; false if the record is of another event. */
bool udyn_targets_learn(struct udyn_targets *targets, uint16_t id,
                        const struct udyn_record *record);

/* The thread of a record if its events are wanted, or NULL. */
const struct udyn_thread *udyn_targets_thread(struct udyn_targets *targets, pid_t tid);

/* Looks who has ended. True when all have, and with them the children that are traced and known of.
 */
bool udyn_targets_have_ended(struct udyn_targets *targets);

void udyn_targets_close(struct udyn_targets *targets);

#endif
