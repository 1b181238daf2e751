/* SPDX-License-Identifier: MIT */
/* One line an event, for people or as JSON. */
#ifndef UDYN_CLI_TRACE_PRINT_H
#define UDYN_CLI_TRACE_PRINT_H

#include <stdio.h>

#include "cli/kernel/event.h"

/* "21:52:37.123456 4711/4712 ruby shop:paid id=1 name="x"": the time is local time of day. */
void udyn_print_text(FILE *out, const struct udyn_traced *probe, const struct udyn_event *event);

void udyn_print_json(FILE *out, const struct udyn_traced *probe, const struct udyn_event *event);

#endif
