/* SPDX-License-Identifier: MIT */
/* A record of a uprobe event as a probe that fired, with its values. */
#ifndef UDYN_CLI_KERNEL_EVENT_H
#define UDYN_CLI_KERNEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/kernel/gather.h"
#include "cli/kernel/plan.h"
#include "cli/kernel/ring.h"
#include "cli/kernel/session.h"

struct udyn_value {
    enum {
        UDYN_VALUE_UNKNOWN, /* the kernel could not fetch it */
        UDYN_VALUE_NULL,    /* a string at NULL */
        UDYN_VALUE_SIGNED,
        UDYN_VALUE_UNSIGNED,
        UDYN_VALUE_DOUBLE,
        UDYN_VALUE_STRING,
    } kind;
    uint64_t number; /* sign-extended if it is signed */
    double real;
    const char *string; /* in the record, or in the gatherer */
    size_t length;
    bool is_cut; /* there is more of the string than this */
};

struct udyn_event {
    uint64_t time; /* CLOCK_MONOTONIC, in nanoseconds */
    pid_t pid, tid;
    const char *comm;
    size_t comm_length;
    size_t probe; /* index into the plan */
    struct udyn_value values[UDYN_OPERAND_MAX];
};

/* Fills in all but pid and tid. False: the record is of no site. */
bool udyn_event_read(struct udyn_event *event, struct udyn_gather *gather,
                     const struct udyn_session_event *kind, const struct udyn_record *record);

#endif
