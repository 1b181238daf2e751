/* SPDX-License-Identifier: MIT */
/* The whole way in one process: a probe is made, placed in the kernel, fired, and its event read.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor/checks.h"
#include "cli/doctor/finding.h"
#include "cli/find/catalog.h"
#include "cli/find/process.h"
#include "cli/kernel/pipeline.h"
#include "cli/options.h"
#include "usdt-dyn.h"

#define WAIT_MS 2000
#define STEP_MS 10
#define VALUE   4711

struct trial {
    struct udyn_options options;
    struct udyn_pattern pattern;
    struct udyn_catalog catalog;
    struct udyn_pipeline pipeline;
    pid_t pid;
};

static bool attach(struct trial *trial)
{
    trial->pid = getpid();
    udyn_pattern_set(&trial->pattern, "usdt_dyn_doctor:tried");
    trial->options.pids = &trial->pid;
    trial->options.npids = 1;
    trial->pipeline.plan.options = &trial->options;
    trial->catalog.patterns = &trial->pattern;
    trial->catalog.npatterns = 1;
    trial->catalog.keeps_files = true;
    trial->catalog.use = udyn_plan_add;
    trial->catalog.context = &trial->pipeline.plan;
    if (udyn_catalog_process(&trial->catalog, trial->pid) < 0 || trial->pipeline.plan.nsites != 1) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the probe that was made can't be found");
        return false;
    }
    if (udyn_targets_open(&trial->pipeline.targets, &trial->options) != UDYN_DONE ||
        udyn_pipeline_open(&trial->pipeline) != UDYN_DONE) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the kernel's tracing can't be set up");
        return false;
    }
    if (trial->pipeline.session.nplaced == 1)
        return true;
    udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the kernel placed no uprobe");
    return false;
}

static bool see_event(struct udyn_pipeline *pipeline)
{
    enum udyn_pipeline_got got;
    struct udyn_event event;
    int waited;

    for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
        if (udyn_stream_fill(&pipeline->stream, true) < 0)
            return false;
        while ((got = udyn_pipeline_next(pipeline, &event)) != UDYN_GOT_NOTHING)
            if (got == UDYN_GOT_EVENT && event.values[0].number == VALUE)
                return true;
        (void)poll(NULL, 0, STEP_MS);
    }
    return false;
}

static void try_probe(struct trial *trial, const usdt_dyn_probe *probe, const char *path)
{
    if (!attach(trial))
        return;
    if (!usdt_dyn_enabled(probe)) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the kernel did not count the semaphore up");
        return;
    }
    usdt_dyn_fire(probe, VALUE);
    if (see_event(&trial->pipeline))
        udyn_doctor_tell(UDYN_FOUND_GOOD, "trial", "a probe was made in %s, traced and fired",
                         path);
    else
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "a probe fired, but no event came");
}

static void clean_up(struct trial *trial)
{
    udyn_pipeline_close(&trial->pipeline);
    udyn_catalog_free(&trial->catalog);
    udyn_pattern_free(&trial->pattern);
}

void udyn_doctor_try(void)
{
    static const usdt_dyn_arg arg = {"value", USDT_DYN_INT64};
    static struct trial trial = {.pipeline = UDYN_PIPELINE_NEW};
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    if (geteuid() != 0 || usdt_dyn_supported() != 1 || !udyn_process_has_global_pids())
        return; /* which has been told */
    if (usdt_dyn_provider_new(&provider, "usdt_dyn_doctor") < 0) {
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "trial", "%s", usdt_dyn_last_error());
        return;
    }
    if (usdt_dyn_provider_add_probe(provider, &probe, "tried", &arg, 1) < 0 ||
        usdt_dyn_provider_load(provider) < 0) {
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "trial", "no probe can be made here: %s",
                         usdt_dyn_last_error());
    } else {
        try_probe(&trial, probe, usdt_dyn_provider_path(provider));
        clean_up(&trial);
    }
    usdt_dyn_provider_free(provider);
}
