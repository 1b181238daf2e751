/* SPDX-License-Identifier: MIT */
#include "cli/trace/changes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct udyn_change {
    bool has_news;      /* not looked at yet */
    size_t nsaid;       /* probes that it was said to have more */
    unsigned int ngone; /* how often none of those that are traced was there */
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
        udyn_say_errno(error,
                       "probes that are loaded later will not be reported: perf events can't "
                       "be used");
}

static void note(pid_t pid, void *context)
{
    struct udyn_changes *changes = context;
    size_t i;

    for (i = 0; i < changes->targets->count; i++)
        if (pid == 0 || pid == changes->targets->pids[i])
            changes->processes[i].has_news = true;
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
    change->has_news = false;
    changes->nknown = changes->nnew = 0;
    changes->catalog->use = count;
    changes->catalog->context = changes;
    if (udyn_catalog_process(changes->catalog, pid) == -ESRCH)
        return;
    change->ngone = changes->nknown > 0 ? 0 : change->ngone + 1;
    if (change->ngone == 1)
        change->has_news = true; /* an exec may be under way: look once more */
    if (change->ngone == 2)
        udyn_say("process %d no longer has any of the traced probes, as after an exec", (int)pid);
    if (changes->nnew > change->nsaid)
        udyn_say(
            "process %d now has %zu more probe%s that match%s: restart the trace to include %s",
            (int)pid, changes->nnew, changes->nnew == 1 ? "" : "s", changes->nnew == 1 ? "es" : "",
            changes->nnew == 1 ? "it" : "them");
    change->nsaid = changes->nnew;
}

void udyn_changes_look(struct udyn_changes *changes)
{
    size_t i;

    udyn_sideband_read(&changes->sideband, note, changes);
    for (i = 0; i < changes->targets->count; i++)
        if (changes->processes[i].has_news && changes->targets->pidfds[i] >= 0)
            look_at(changes, changes->targets->pids[i], &changes->processes[i]);
}

void udyn_changes_close(struct udyn_changes *changes)
{
    udyn_sideband_close(&changes->sideband);
    free(changes->processes);
    memset(changes, 0, sizeof(*changes));
}
