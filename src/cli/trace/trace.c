/* SPDX-License-Identifier: MIT */
#include "cli/trace/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/find/catalog.h"
#include "cli/find/process.h"
#include "cli/kernel/pipeline.h"
#include "cli/options.h"
#include "cli/trace/changes.h"
#include "cli/trace/hist.h"
#include "cli/trace/output.h"
#include "cli/trace/print.h"
#include "cli/trace/summary.h"
#include "cli/trace/wait.h"

#define READER_PRIORITY (-10)

/* So many records are used between two looks at signals and time. */
#define MOST_AT_ONCE 8192

/* So long after a signal what came before is still shown. */
#define LAST_NS 50000000

struct trace {
    struct udyn_options options;
    struct udyn_catalog catalog;
    struct udyn_pipeline pipeline;
    struct udyn_changes changes;
    struct udyn_output output;
    struct udyn_wait wait;
    struct udyn_summary summary;
    struct udyn_hist hist;
    uint64_t seen;  /* events */
    uint64_t lost;  /* those that were told of */
    uint64_t ended; /* when nobody was left, 0: not yet */
};

static bool has_enough(const struct trace *trace)
{
    return trace->options.count > 0 && trace->seen >= trace->options.count;
}

static void show(struct trace *trace, const struct udyn_event *event)
{
    const struct udyn_traced *probe = &trace->pipeline.plan.probes[event->probe];

    trace->seen++;
    if (trace->options.summary)
        udyn_summary_add(&trace->summary, event);
    else if (trace->options.hist != NULL)
        udyn_hist_add(&trace->hist, event);
    else if (trace->options.json)
        udyn_print_json(trace->output.stream, probe, event);
    else
        udyn_print_text(trace->output.stream, probe, event);
}

static void tell_lost(struct trace *trace)
{
    uint64_t lost = udyn_stream_lost(&trace->pipeline.stream);

    if (lost > trace->lost)
        udyn_say("%s%" PRIu64 " events lost: they came faster than they could be read",
                 trace->pipeline.gather.depth.is_used ? "up to " : "", lost - trace->lost);
    trace->lost = lost;
}

/* Shows some of the records that there are; trace->wait tells whether that was all. Returns
 * whether there may be more. */
static bool go_on(struct trace *trace, bool is_last)
{
    bool was_behind = trace->wait.is_behind;
    enum udyn_pipeline_got got;
    struct udyn_event event;
    size_t count = 0;
    int error = 0;

    udyn_output_flush(&trace->output);
    if (udyn_output_is_full(&trace->output))
        return false;
    if (!was_behind)
        error = udyn_stream_fill(&trace->pipeline.stream, is_last);
    if (error < 0) {
        udyn_say_errno(error, "cannot read the trace");
        return false;
    }
    while (count < MOST_AT_ONCE && !has_enough(trace) &&
           (got = udyn_pipeline_next(&trace->pipeline, &event)) != UDYN_GOT_NOTHING) {
        if (got == UDYN_GOT_EVENT)
            show(trace, &event);
        count++;
    }
    trace->wait.is_behind = count == MOST_AT_ONCE;
    trace->wait.is_busy = count > 0;
    if (trace->pipeline.stream.has_lost)
        tell_lost(trace);
    udyn_output_flush(&trace->output);
    return was_behind || count > 0;
}

static void draw(struct trace *trace, bool is_end)
{
    if (trace->options.summary && (is_end || trace->wait.is_ticking))
        udyn_summary_draw(&trace->summary, trace->output.stream, udyn_clock_ns(), is_end,
                          trace->options.json);
    if (trace->options.hist != NULL && is_end)
        udyn_hist_draw(&trace->hist, trace->output.stream, trace->options.json);
    udyn_output_flush(&trace->output);
}

/* Waits until all that was printed has been read, with no probe in anybody's way. */
static bool wait_for_reader(struct trace *trace, uint64_t until)
{
    if (udyn_output_is_full(&trace->output))
        udyn_session_detach(&trace->pipeline.session);
    while (udyn_output_is_full(&trace->output)) {
        if (!udyn_wait_output(&trace->wait, until))
            return false;
        udyn_output_flush(&trace->output);
    }
    return trace->output.error == 0;
}

/* What came before the end counts, however fast it came: but no more than that, and after a signal
 * only what can be shown at once. */
static void finish(struct trace *trace, bool is_signal)
{
    uint64_t until = is_signal ? udyn_clock_ns() + LAST_NS : UINT64_MAX;
    bool has_more, is_read;

    (void)udyn_tracefs_set(trace->pipeline.session.instance, "tracing_on", "0");
    udyn_depth_stop(&trace->pipeline.gather.depth);
    trace->wait.is_behind = false; /* look into the kernel at least once more */
    do {
        is_read = wait_for_reader(trace, until);
        has_more = is_read && go_on(trace, true) && !has_enough(trace);
    } while (has_more && udyn_clock_ns() < until);
    tell_lost(trace);
    draw(trace, true);
    is_read = is_read && wait_for_reader(trace, until);
    if (trace->output.error == 0 &&
        ((has_more && udyn_stream_has_more(&trace->pipeline.stream)) || !is_read))
        udyn_say("stopped before all events were shown");
}

/* With --children, all that was made before the last known one ended has to be known. */
static bool has_ended(struct trace *trace)
{
    if (!udyn_targets_have_ended(&trace->pipeline.targets)) {
        trace->ended = 0;
        return false;
    }
    if (trace->ended == 0)
        trace->ended = udyn_clock_ns();
    return !trace->options.children ||
           (!trace->wait.is_behind && trace->pipeline.stream.horizon > trace->ended);
}

static void run(struct trace *trace)
{
    enum udyn_wait_for reason = UDYN_WAIT_EVENTS;

    while (!has_enough(trace) && trace->output.error == 0) {
        reason = udyn_wait(&trace->wait, &trace->pipeline.stream);
        if (reason == UDYN_WAIT_SIGNAL || reason == UDYN_WAIT_END)
            break;
        if (reason == UDYN_WAIT_TICK)
            udyn_changes_look(&trace->changes);
        if (reason == UDYN_WAIT_TICK && !udyn_output_is_full(&trace->output))
            draw(trace, false);
        if (has_ended(trace))
            break;
        (void)go_on(trace, false);
    }
    udyn_changes_look(&trace->changes);
    finish(trace, reason == UDYN_WAIT_SIGNAL);
}

/* Finds the probes of the processes. */
static enum udyn_status find(struct trace *trace)
{
    size_t i;

    trace->catalog.patterns = trace->options.patterns;
    trace->catalog.npatterns = trace->options.npatterns;
    trace->catalog.keeps_files = true;
    trace->catalog.use = udyn_plan_add;
    trace->catalog.context = &trace->pipeline.plan;
    trace->pipeline.plan.options = &trace->options;
    for (i = 0; i < trace->options.npids; i++) {
        int error = udyn_catalog_process(&trace->catalog, trace->options.pids[i]);

        if (error == -EACCES || error == -EPERM) {
            udyn_say_errno(error, "cannot look at process %d: run it as root",
                           (int)trace->options.pids[i]);
            return UDYN_REFUSED;
        }
    }
    udyn_catalog_tell(&trace->catalog);
    udyn_plan_say_unmeant(&trace->pipeline.plan);
    if (trace->pipeline.plan.has_left_out)
        udyn_say("there are more than %zu sites: the others are left out. Give a pattern",
                 trace->pipeline.plan.nsites);
    if (trace->pipeline.plan.nsites > 0)
        return UDYN_DONE;
    udyn_say("no probe matches: usdt-dyn list -p %d shows those there are",
             (int)trace->options.pids[0]);
    return UDYN_NOTHING;
}

static enum udyn_status attach(struct trace *trace)
{
    const struct udyn_session *session = &trace->pipeline.session;
    const struct udyn_plan *plan = &trace->pipeline.plan;
    enum udyn_status status;

    /* Where programs that fire take all processors, who reads has to come first, or events are
     * lost. If it may not, they are told of. */
    (void)setpriority(PRIO_PROCESS, 0, READER_PRIORITY);
    status = udyn_pipeline_open(&trace->pipeline);
    if (status != UDYN_DONE || udyn_is_interrupted())
        return status;
    if (session->nplaced == 0)
        return UDYN_REFUSED;
    udyn_say("tracing %zu probe%s at %zu site%s; Ctrl-C ends it", plan->nprobes,
             plan->nprobes == 1 ? "" : "s", session->nplaced, session->nplaced == 1 ? "" : "s");
    return UDYN_DONE;
}

static enum udyn_status open_output(struct trace *trace)
{
    int error = udyn_output_open(&trace->output);

    if (error < 0) {
        udyn_say_errno(error, "cannot write to standard output");
        return UDYN_REFUSED;
    }
    return udyn_wait_open(&trace->wait, &trace->options, &trace->pipeline.targets, &trace->output);
}

static enum udyn_status prepare(struct trace *trace)
{
    enum udyn_status status;

    if (!udyn_process_has_global_pids()) {
        udyn_say("trace can't tell processes apart in a container: the kernel knows them by their "
                 "ids on the host. Run it on the host, with the id there, or in a container "
                 "that sees the host's processes (--pid=host)");
        return UDYN_REFUSED;
    }
    status = udyn_targets_open(&trace->pipeline.targets, &trace->options);
    if (status == UDYN_DONE) {
        udyn_changes_open(&trace->changes, &trace->catalog, &trace->pipeline.plan,
                          &trace->pipeline.targets);
        status = find(trace);
    }
    if (status == UDYN_DONE && trace->options.hist != NULL)
        status = udyn_hist_begin(&trace->hist, &trace->pipeline.plan, trace->options.hist);
    if (status == UDYN_DONE)
        status = open_output(trace);
    if (status == UDYN_DONE)
        status = attach(trace);
    return status;
}

static enum udyn_status trace_all(struct trace *trace)
{
    enum udyn_status status = prepare(trace);

    if (status == UDYN_DONE) {
        if (trace->options.summary)
            udyn_summary_begin(&trace->summary, &trace->pipeline.plan, udyn_clock_ns());
        udyn_wait_start(&trace->wait);
        run(trace);
        if (trace->output.error != 0 && trace->output.error != -EPIPE) {
            udyn_say_errno(trace->output.error, "cannot write the output");
            status = UDYN_REFUSED;
        } else if (trace->seen == 0 && trace->pipeline.targets.nalive == 0) {
            udyn_say("the process ended before a probe fired");
            status = UDYN_NOTHING;
        }
    }
    return status;
}

enum udyn_status udyn_trace(int argc, char **argv)
{
    static struct trace trace = {.pipeline = UDYN_PIPELINE_NEW, .wait = {.signals = -1}};
    enum udyn_status status = udyn_options_trace(&trace.options, argc, argv);

    if (status == UDYN_DONE && !trace.options.is_help)
        status = trace_all(&trace);
    udyn_wait_close(&trace.wait);
    udyn_output_close(&trace.output);
    udyn_summary_free(&trace.summary);
    udyn_hist_free(&trace.hist);
    udyn_changes_close(&trace.changes);
    udyn_pipeline_close(&trace.pipeline);
    udyn_catalog_free(&trace.catalog);
    udyn_options_free(&trace.options);
    return status;
}
