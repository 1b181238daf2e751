/* SPDX-License-Identifier: MIT */
#include "cli/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct udyn_change {
    unsigned int news; /* of enum udyn_sideband_news: not looked at yet */
    size_t nsaid;      /* probes that it was said to have more */
};

void udyn_changes_open(struct udyn_changes *changes, struct udyn_catalog *catalog,
                       const struct udyn_plan *plan, const struct udyn_targets *targets)
{
    int error = udyn_sideband_open(&changes->sideband);

    changes->catalog = catalog;
    changes->plan = plan;
    changes->targets = targets;
    changes->processes = udyn_allocate(targets->count, sizeof(*changes->processes));
    if (error < 0)
        udyn_say_errno(error, "no word will come of probes that are loaded later: perf events "
                              "can't be used");
}

static void note(pid_t pid, enum udyn_sideband_news news, void *context)
{
    struct udyn_changes *changes = context;
    size_t i;

    for (i = 0; i < changes->targets->count; i++)
        if (pid == 0 || pid == changes->targets->pids[i])
            changes->processes[i].news |= news;
}

static void count(const struct udyn_found *found, void *context)
{
    struct udyn_changes *changes = context;

    if (udyn_plan_has(changes->plan, found))
        changes->nknown++;
    else
        changes->nnew++;
}

static void look_at(struct udyn_changes *changes, pid_t pid, struct udyn_change *change)
{
    bool is_exec = (change->news & UDYN_SIDEBAND_EXEC) != 0;

    change->news = 0;
    changes->nknown = changes->nnew = 0;
    changes->catalog->use = count;
    changes->catalog->context = changes;
    if (udyn_catalog_process(changes->catalog, pid) == -ESRCH)
        return;
    if (is_exec)
        change->nsaid = 0;
    if (is_exec && changes->nknown == 0)
        udyn_say("process %d runs another program now: none of the probes that are traced is in it",
                 (int)pid);
    if (changes->nnew > change->nsaid)
        udyn_say("process %d has %zu more probe%s that match%s now: start the trace anew for %s",
                 (int)pid, changes->nnew, changes->nnew == 1 ? "" : "s",
                 changes->nnew == 1 ? "es" : "", changes->nnew == 1 ? "it" : "them");
    change->nsaid = changes->nnew;
}

void udyn_changes_look(struct udyn_changes *changes)
{
    size_t i;

    udyn_sideband_read(&changes->sideband, note, changes);
    for (i = 0; i < changes->targets->count; i++)
        if (changes->processes[i].news != 0 && changes->targets->pidfds[i] >= 0)
            look_at(changes, changes->targets->pids[i], &changes->processes[i]);
}

void udyn_changes_close(struct udyn_changes *changes)
{
    udyn_sideband_close(&changes->sideband);
    free(changes->processes);
    memset(changes, 0, sizeof(*changes));
}
