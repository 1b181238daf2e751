/* SPDX-License-Identifier: MIT */
/* A tracefs instance of this run's own, with the uprobe events of a plan. */
#ifndef UDYN_CLI_KERNEL_SESSION_H
#define UDYN_CLI_KERNEL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/kernel/format.h"
#include "cli/kernel/plan.h"
#include "cli/kernel/tracefs.h"

/* What the name of an event takes. */
#define UDYN_EVENT_SIZE 24

/* A uprobe event, which many sites share. Its records tell the site by number; those of a further
 * piece of strings (depth.h) the string. */
struct udyn_session_event {
    uint16_t id;
    struct udyn_field tid;
    struct udyn_field site;
    struct udyn_field string, piece;
    struct udyn_field comm;
    struct udyn_field fields[UDYN_OPERAND_MAX];
    struct udyn_field addresses[UDYN_OPERAND_MAX]; /* of strings */
    struct udyn_field bytes[UDYN_OPERAND_MAX];     /* of strings */
};

struct udyn_session {
    const struct udyn_plan *plan;
    int tracefs, instance, lock;
    char name[UDYN_INSTANCE_SIZE], group[UDYN_INSTANCE_SIZE];
    struct udyn_session_event *events; /* in the order of their ids */
    size_t nevents;
    unsigned int next_number;
    bool *is_placed; /* for each site of the plan */
    size_t nplaced;
    int error; /* of the first site that could not be placed */
};

/* Makes the instance, after sweeping what killed runs have left. Says what fails. */
enum udyn_status udyn_session_open(struct udyn_session *session);

/* Places and enables all sites of a plan, or those before a signal to end; says which it can't. */
void udyn_session_place(struct udyn_session *session, const struct udyn_plan *plan);

/* Which event a record is of, or NULL. */
const struct udyn_session_event *udyn_session_event(const struct udyn_session *session,
                                                    uint16_t id);

/* Writes the start of a command to uprobe_events: 'p' for a site that comes into an event, '-' for
 * one that goes. What the site's arguments are follows. */
void udyn_session_put_site(FILE *out, const struct udyn_session *session, char sign,
                           const char *event, const struct udyn_traced_site *site);

/* Each returns 0 or a negative errno. */
int udyn_session_switch(const struct udyn_session *session, const char *event, bool is_on);
int udyn_session_read_format(const struct udyn_session *session, const char *name,
                             struct udyn_session_event *event);

/* Takes the probes out of the processes; what they have fired can still be read. */
void udyn_session_detach(struct udyn_session *session);

/* Removes all that is in the kernel. */
void udyn_session_close(struct udyn_session *session);

#endif
