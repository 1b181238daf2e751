/* SPDX-License-Identifier: MIT */
/* From the probes of a plan to the events that the target processes fire. */
#ifndef UDYN_CLI_KERNEL_PIPELINE_H
#define UDYN_CLI_KERNEL_PIPELINE_H

#include "cli/cli.h"
#include "cli/kernel/event.h"
#include "cli/kernel/gather.h"
#include "cli/kernel/plan.h"
#include "cli/kernel/session.h"
#include "cli/kernel/stream.h"
#include "cli/kernel/targets.h"

struct udyn_pipeline {
    struct udyn_plan plan;       /* what to trace: filled in before udyn_pipeline_open() */
    struct udyn_targets targets; /* whom: opened before it */
    struct udyn_session session;
    struct udyn_stream stream;
    struct udyn_gather gather;
};

/* Before anything is open. */
#define UDYN_PIPELINE_NEW                                                                          \
    {                                                                                              \
        .session = {.tracefs = -1, .instance = -1, .lock = -1 }                                    \
    }

/* What was read. */
enum udyn_pipeline_got {
    UDYN_GOT_NOTHING, /* there is none to be given out yet */
    UDYN_GOT_RECORD,  /* one that is no event of a target, or a part of one */
    UDYN_GOT_EVENT,
};

/* Makes an instance, lets only the targets through, and places the probes of the plan, or those
 * before a signal to end. Says what fails. */
enum udyn_status udyn_pipeline_open(struct udyn_pipeline *pipeline);

/* Takes the next record of those that udyn_stream_fill() has read. The event is valid until the
 * next call. */
enum udyn_pipeline_got udyn_pipeline_next(struct udyn_pipeline *pipeline, struct udyn_event *event);

/* Removes all that is in the kernel, and frees the plan and the targets. */
void udyn_pipeline_close(struct udyn_pipeline *pipeline);

#endif
