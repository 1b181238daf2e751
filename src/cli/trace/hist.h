/* SPDX-License-Identifier: MIT */
/* --hist ARG: how the values of an argument are spread, by powers of two, for each probe. */
#ifndef UDYN_CLI_TRACE_HIST_H
#define UDYN_CLI_TRACE_HIST_H

#include <stdio.h>

#include "cli/kernel/event.h"

struct udyn_hist {
    const struct udyn_plan *plan;
    const char *argument;
    struct udyn_hist_probe *probes; /* one a probe of the plan */
};

/* Finds the argument, by its name or as arg0, arg1, ... Says if no probe has it as a number. */
enum udyn_status udyn_hist_begin(struct udyn_hist *hist, const struct udyn_plan *plan,
                                 const char *argument);
void udyn_hist_add(struct udyn_hist *hist, const struct udyn_event *event);
void udyn_hist_draw(const struct udyn_hist *hist, FILE *out, bool as_json);
void udyn_hist_free(struct udyn_hist *hist);

#endif
