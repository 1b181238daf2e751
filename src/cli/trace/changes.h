/* SPDX-License-Identifier: MIT */
/* What the traced processes load, or become, after the beginning: a word is said of probes in it.
 */
#ifndef UDYN_CLI_TRACE_CHANGES_H
#define UDYN_CLI_TRACE_CHANGES_H

#include "cli/find/catalog.h"
#include "cli/kernel/plan.h"
#include "cli/kernel/sideband.h"
#include "cli/kernel/targets.h"

struct udyn_changes {
    struct udyn_sideband sideband;
    struct udyn_catalog *catalog;
    const struct udyn_plan *plan;
    const struct udyn_targets *targets;
    struct udyn_change *processes; /* one a target */
    size_t nknown, nnew;           /* probes of the one that is looked at */
};

/* To be called before the probes are looked for. Says if it can't be told. */
void udyn_changes_open(struct udyn_changes *changes, struct udyn_catalog *catalog,
                       const struct udyn_plan *plan, const struct udyn_targets *targets);

/* Says what has changed since. Costs next to nothing if nothing has. */
void udyn_changes_look(struct udyn_changes *changes);

void udyn_changes_close(struct udyn_changes *changes);

#endif
