/* SPDX-License-Identifier: MIT */
/* --summary: how often each probe fired, and what the helpers that fired it cost. */
#ifndef UDYN_CLI_TRACE_SUMMARY_H
#define UDYN_CLI_TRACE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/kernel/event.h"

struct udyn_summary {
    const struct udyn_plan *plan;
    struct udyn_summary_row *rows; /* one a probe */
    bool has_overhead;             /* some probe's first argument is overhead_ns */
    uint64_t started, drawn;       /* CLOCK_MONOTONIC, in nanoseconds */
    size_t height;                 /* lines of the table that stands on the terminal */
};

void udyn_summary_begin(struct udyn_summary *summary, const struct udyn_plan *plan, uint64_t now);
void udyn_summary_add(struct udyn_summary *summary, const struct udyn_event *event);

/* Draws the table, over the one before on a terminal: rates since the one before, and at the end
 * over the whole time. */
void udyn_summary_draw(struct udyn_summary *summary, FILE *out, uint64_t now, bool is_end,
                       bool as_json);

void udyn_summary_free(struct udyn_summary *summary);

#endif
