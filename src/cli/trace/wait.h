/* SPDX-License-Identifier: MIT */
/* What trace waits for: events, a signal to end, the end of a process, the time, and whoever reads
 * its output. */
#ifndef UDYN_CLI_TRACE_WAIT_H
#define UDYN_CLI_TRACE_WAIT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/kernel/stream.h"
#include "cli/kernel/targets.h"
#include "cli/options.h"
#include "cli/trace/output.h"

enum udyn_wait_for {
    UDYN_WAIT_EVENTS, /* events, or the end of a process: look */
    UDYN_WAIT_TICK,   /* a second is over */
    UDYN_WAIT_END,    /* the time is up */
    UDYN_WAIT_SIGNAL, /* one of those that end */
};

struct udyn_wait {
    struct pollfd *fds; /* signals, the output, processes, then the stream's */
    const struct udyn_targets *targets;
    struct udyn_output *output;
    int signals;
    int64_t duration;  /* 0: no end */
    uint64_t deadline; /* 0: none */
    uint64_t next_tick;
    bool is_ticking; /* a live table stands on a terminal */
    bool is_busy;    /* set by the user: there were events just now */
    bool is_behind;  /* likewise: there are more */
};

/* From here on SIGINT, SIGTERM and SIGHUP are waited for. Says what fails. */
enum udyn_status udyn_wait_open(struct udyn_wait *wait, const struct udyn_options *options,
                                const struct udyn_targets *targets, struct udyn_output *output);

/* The duration begins. */
void udyn_wait_start(struct udyn_wait *wait);

enum udyn_wait_for udyn_wait(struct udyn_wait *wait, const struct udyn_stream *stream);

/* Waits for room in the output, not longer than until then. False: it is in vain. */
bool udyn_wait_output(struct udyn_wait *wait, uint64_t until);

void udyn_wait_close(struct udyn_wait *wait);

#endif
