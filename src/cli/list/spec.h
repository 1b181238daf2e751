/* SPDX-License-Identifier: MIT */
/* A probe in the words of another tracer, ready to paste. */
#ifndef UDYN_CLI_LIST_SPEC_H
#define UDYN_CLI_LIST_SPEC_H

#include <stdbool.h>

#include "cli/find/catalog.h"

/* Says what is known if the tracer isn't. */
bool udyn_spec_is_known(const char *tracer);

/* Prints a line on stdout, or a sentence where the tracer can't be told the probe. */
void udyn_spec_show(const char *tracer, const struct udyn_found *found);

#endif
