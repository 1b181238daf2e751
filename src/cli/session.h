/* SPDX-License-Identifier: MIT */
/* A tracefs instance of this run's own, with the uprobe events of a plan. */
#ifndef UDYN_CLI_SESSION_H
#define UDYN_CLI_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "cli/format.h"
#include "cli/plan.h"
#include "cli/tracefs.h"

/* A uprobe event, which many sites share. Its records tell the site by number. */
struct udyn_session_event {
    uint16_t id;
    struct udyn_field tid;
    struct udyn_field site;
    struct udyn_field comm;
    struct udyn_field fields[UDYN_OPERAND_MAX];
};

struct udyn_session {
    const struct udyn_plan *plan;
    int tracefs, instance, lock;
    char name[UDYN_INSTANCE_SIZE], group[UDYN_INSTANCE_SIZE];
    struct udyn_session_event *events; /* in the order of their ids */
    size_t nevents;
    unsigned int next_number;
    size_t nplaced; /* sites */
    int error;      /* of the first site that could not be placed */
};

/* Makes the instance, after sweeping what killed runs have left. Says what fails. */
enum udyn_status udyn_session_open(struct udyn_session *session);

/* Places and enables all sites of a plan, or those before a signal to end; says which it can't. */
void udyn_session_place(struct udyn_session *session, const struct udyn_plan *plan);

/* Which event a record is of, or NULL. */
const struct udyn_session_event *udyn_session_event(const struct udyn_session *session,
                                                    uint16_t id);

/* Takes the probes out of the processes; what they have fired can still be read. */
void udyn_session_detach(struct udyn_session *session);

/* Removes all that is in the kernel. */
void udyn_session_close(struct udyn_session *session);

#endif
