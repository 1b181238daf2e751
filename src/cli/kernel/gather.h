/* SPDX-License-Identifier: MIT */
/*
 * Puts strings together of the pieces in which they were fetched (pieces.h). The records of a hit's
 * further pieces come before that of its event, in the same thread: the kernel asks the event first
 * that was enabled last (uprobes.c, consumer_add()).
 */
#ifndef UDYN_CLI_KERNEL_GATHER_H
#define UDYN_CLI_KERNEL_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/kernel/depth.h"
#include "cli/kernel/ring.h"
#include "cli/kernel/session.h"

struct udyn_gather_hit;

struct udyn_gather {
    const struct udyn_plan *plan;
    struct udyn_depth depth;
    struct udyn_gather_hit **hits; /* of threads whose event has not come yet; then spare ones */
    size_t nhits, capacity;
    size_t most; /* strings of one site */
    /* Of the event that is being read. */
    const struct udyn_traced_site *site;
    const struct udyn_gather_hit *hit;
};

/* To be called when all sites have been placed. */
void udyn_gather_open(struct udyn_gather *gather, const struct udyn_session *session);
void udyn_gather_close(struct udyn_gather *gather);

/* Takes a record of a further piece. */
void udyn_gather_add(struct udyn_gather *gather, const struct udyn_session_event *kind,
                     const struct udyn_record *record);

/* Forgets all that was taken: records were lost, and what comes next may be of another hit. */
void udyn_gather_forget(struct udyn_gather *gather);

/* Begins to read a record of a site's own event. */
void udyn_gather_begin(struct udyn_gather *gather, const struct udyn_session_event *kind,
                       const struct udyn_record *record, const struct udyn_traced_site *site);

/* A string of the event, good until the next one is read; NULL if its address is. */
const char *udyn_gather_string(struct udyn_gather *gather, const struct udyn_session_event *kind,
                               const struct udyn_record *record, size_t index, size_t *length,
                               bool *is_cut);

#endif
