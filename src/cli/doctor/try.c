/* SPDX-License-Identifier: MIT */
/* The whole way in one process: a probe is made, placed in the kernel, fired, and its event read.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor/doctor.h"
#include "cli/find/catalog.h"
#include "cli/find/process.h"
#include "cli/kernel/event.h"
#include "cli/kernel/plan.h"
#include "cli/kernel/session.h"
#include "cli/kernel/stream.h"
#include "cli/kernel/targets.h"
#include "cli/options.h"
#include "usdt-dyn.h"

#define WAIT_MS 2000
#define STEP_MS 10
#define VALUE   4711

struct trial {
    struct udyn_options options;
    struct udyn_pattern pattern;
    struct udyn_catalog catalog;
    struct udyn_plan plan;
    struct udyn_targets targets;
    struct udyn_session session;
    struct udyn_gather gather;
    struct udyn_stream stream;
    pid_t pid;
};

static bool attach(struct trial *trial)
{
    trial->pid = getpid();
    udyn_pattern_set(&trial->pattern, "usdt_dyn_doctor:tried");
    trial->options.pids = &trial->pid;
    trial->options.npids = 1;
    trial->plan.options = &trial->options;
    trial->catalog.patterns = &trial->pattern;
    trial->catalog.npatterns = 1;
    trial->catalog.keeps_files = true;
    trial->catalog.use = udyn_plan_add;
    trial->catalog.context = &trial->plan;
    if (udyn_catalog_process(&trial->catalog, trial->pid) < 0 || trial->plan.nsites != 1) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the probe that was made can't be found");
        return false;
    }
    if (udyn_targets_open(&trial->targets, &trial->options) != UDYN_DONE ||
        udyn_session_open(&trial->session) != UDYN_DONE ||
        udyn_targets_filter(&trial->targets, trial->session.instance) != UDYN_DONE ||
        udyn_stream_open(&trial->stream, trial->session.instance) < 0) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the kernel's tracing can't be set up");
        return false;
    }
    udyn_session_place(&trial->session, &trial->plan);
    udyn_gather_open(&trial->gather, &trial->session);
    if (trial->session.nplaced == 1)
        return true;
    udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "the kernel placed no uprobe");
    return false;
}

static bool is_event(struct trial *trial, const struct udyn_record *record)
{
    static const struct udyn_field type = {.offset = 0, .size = 2};
    const struct udyn_session_event *kind = udyn_session_event(
        &trial->session, (uint16_t)udyn_field_number(type, record->bytes, record->size));
    struct udyn_event event;

    return kind != NULL && udyn_event_read(&event, &trial->gather, kind, record) &&
           event.values[0].number == VALUE;
}

static bool see_event(struct trial *trial)
{
    struct udyn_record record;
    int waited;

    for (waited = 0; waited < WAIT_MS; waited += STEP_MS) {
        if (udyn_stream_fill(&trial->stream, true) < 0)
            return false;
        while (udyn_stream_next(&trial->stream, &record))
            if (is_event(trial, &record))
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
    if (see_event(trial))
        udyn_doctor_tell(UDYN_FOUND_GOOD, "trial", "a probe was made in %s, traced and fired",
                         path);
    else
        udyn_doctor_tell(UDYN_FOUND_BAD, "trial", "a probe fired, and no event came");
}

static void clean_up(struct trial *trial)
{
    udyn_stream_close(&trial->stream);
    udyn_gather_close(&trial->gather);
    udyn_session_close(&trial->session);
    udyn_targets_close(&trial->targets);
    udyn_plan_free(&trial->plan);
    udyn_catalog_free(&trial->catalog);
    udyn_pattern_free(&trial->pattern);
}

void udyn_doctor_try(void)
{
    static const usdt_dyn_arg arg = {"value", USDT_DYN_INT64};
    static struct trial trial = {.session = {.tracefs = -1, .instance = -1, .lock = -1}};
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
