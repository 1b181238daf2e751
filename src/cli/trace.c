/* SPDX-License-Identifier: MIT */
#include "cli/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/catalog.h"
#include "cli/event.h"
#include "cli/hist.h"
#include "cli/options.h"
#include "cli/plan.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/stream.h"
#include "cli/summary.h"
#include "cli/targets.h"
#include "cli/wait.h"

#define OUTPUT_SIZE (256 * 1024)

#define READER_PRIORITY (-10)

struct trace {
    struct udyn_options options;
    struct udyn_catalog catalog;
    struct udyn_plan plan;
    struct udyn_targets targets;
    struct udyn_session session;
    struct udyn_stream stream;
    struct udyn_wait wait;
    struct udyn_summary summary;
    struct udyn_hist hist;
    uint64_t seen; /* events */
    uint64_t lost; /* those that were told of */
    int output_error;
};

static void flush(struct trace *trace)
{
    if (fflush(stdout) != 0 && trace->output_error == 0)
        trace->output_error = -errno;
}

static bool is_output_closed(const struct trace *trace)
{
    return trace->output_error != 0 || ferror(stdout) != 0;
}

static bool has_enough(const struct trace *trace)
{
    return trace->options.count > 0 && trace->seen >= trace->options.count;
}

static void show(struct trace *trace, const struct udyn_event *event)
{
    const struct udyn_traced *probe = &trace->plan.probes[event->probe];

    trace->seen++;
    if (trace->options.summary)
        udyn_summary_add(&trace->summary, event);
    else if (trace->options.hist != NULL)
        udyn_hist_add(&trace->hist, event);
    else if (trace->options.json)
        udyn_print_json(stdout, probe, event);
    else
        udyn_print_text(stdout, probe, event);
}

static void use(struct trace *trace, const struct udyn_record *record)
{
    static const struct udyn_field type = {.offset = 0, .size = 2}; /* common_type of all events */
    uint16_t id = (uint16_t)udyn_field_number(type, record->bytes, record->size);
    const struct udyn_session_event *kind;
    const struct udyn_thread *thread;
    struct udyn_event event;

    if (udyn_targets_note(&trace->targets, id, record))
        return;
    kind = udyn_session_event(&trace->session, id);
    if (kind == NULL)
        return;
    thread = udyn_targets_thread(&trace->targets,
                                 (pid_t)udyn_field_number(kind->tid, record->bytes, record->size));
    if (thread == NULL || !udyn_event_read(&event, &trace->session, kind, record))
        return;
    event.pid = thread->pid;
    event.tid = thread->tid;
    show(trace, &event);
}

static void tell_lost(struct trace *trace)
{
    uint64_t lost = udyn_stream_lost(&trace->stream);

    if (lost > trace->lost)
        udyn_say("%" PRIu64 " events lost: they came faster than they could be read",
                 lost - trace->lost);
    trace->lost = lost;
}

/* Reads and shows what there is. Returns whether there was anything. */
static bool go_on(struct trace *trace, bool is_last)
{
    struct udyn_record record;
    bool was_any = false;
    int error = udyn_stream_fill(&trace->stream, is_last);

    if (error < 0) {
        udyn_say_errno(error, "cannot read the trace");
        return false;
    }
    while (!has_enough(trace) && !is_output_closed(trace) &&
           udyn_stream_next(&trace->stream, &record)) {
        use(trace, &record);
        was_any = true;
    }
    if (trace->stream.has_lost)
        tell_lost(trace);
    if (was_any)
        flush(trace);
    return was_any;
}

static void draw(struct trace *trace, bool is_end)
{
    if (trace->options.summary && (is_end || trace->wait.is_ticking))
        udyn_summary_draw(&trace->summary, stdout, udyn_wait_now(), is_end, trace->options.json);
    if (trace->options.hist != NULL && is_end)
        udyn_hist_draw(&trace->hist, stdout, trace->options.json);
    flush(trace);
}

static void run(struct trace *trace)
{
    enum udyn_wait_for reason = UDYN_WAIT_EVENTS;

    while (!has_enough(trace) && !is_output_closed(trace)) {
        reason = udyn_wait(&trace->wait, &trace->stream);
        if (reason == UDYN_WAIT_STOP)
            break;
        if (reason == UDYN_WAIT_TICK)
            draw(trace, false);
        if (udyn_targets_have_ended(&trace->targets))
            break;
        trace->wait.is_busy = go_on(trace, false);
    }
    /* What came before the end counts, however fast it came: but no more than that. */
    (void)udyn_tracefs_set(trace->session.instance, "tracing_on", "0");
    while (go_on(trace, true) && !has_enough(trace))
        ;
    tell_lost(trace);
    draw(trace, true);
}

/* Finds the probes of the processes. */
static enum udyn_status find(struct trace *trace)
{
    size_t i;

    trace->catalog.patterns = trace->options.patterns;
    trace->catalog.npatterns = trace->options.npatterns;
    trace->catalog.keeps_files = true;
    trace->catalog.use = udyn_plan_add;
    trace->catalog.context = &trace->plan;
    trace->plan.options = &trace->options;
    for (i = 0; i < trace->options.npids; i++) {
        int error = udyn_catalog_process(&trace->catalog, trace->options.pids[i]);

        if (error == -EACCES || error == -EPERM) {
            udyn_say_errno(error, "cannot look at process %d: run it as root",
                           (int)trace->options.pids[i]);
            return UDYN_REFUSED;
        }
    }
    if (trace->plan.nsites > 0)
        return UDYN_DONE;
    udyn_say("no probe matches: usdt-dyn list -p %d shows those there are",
             (int)trace->options.pids[0]);
    return UDYN_NOTHING;
}

static enum udyn_status attach(struct trace *trace)
{
    enum udyn_status status;
    int error;

    if (!udyn_ring_is_known()) {
        udyn_say("trace knows the ring buffers of 64-bit little-endian machines only");
        return UDYN_REFUSED;
    }
    status = udyn_session_open(&trace->session);
    if (status == UDYN_DONE)
        status = udyn_targets_filter(&trace->targets, trace->session.instance);
    if (status != UDYN_DONE)
        return status;
    error = udyn_stream_open(&trace->stream, trace->session.instance);
    if (error < 0) {
        udyn_say_errno(error, "cannot open the trace");
        return UDYN_REFUSED;
    }
    /* Where programs that fire take all processors, who reads has to come first, or events are
     * lost. If it may not, they are told of. */
    (void)setpriority(PRIO_PROCESS, 0, READER_PRIORITY);
    udyn_session_place(&trace->session, &trace->plan);
    if (udyn_wait_is_stopped())
        return UDYN_DONE;
    if (trace->session.nplaced == 0)
        return UDYN_REFUSED;
    udyn_say("tracing %zu probe%s at %zu site%s; Ctrl-C ends it", trace->plan.nprobes,
             trace->plan.nprobes == 1 ? "" : "s", trace->session.nplaced,
             trace->session.nplaced == 1 ? "" : "s");
    return UDYN_DONE;
}

static enum udyn_status prepare(struct trace *trace)
{
    enum udyn_status status = udyn_targets_open(&trace->targets, &trace->options);

    if (status == UDYN_DONE)
        status = find(trace);
    if (status == UDYN_DONE && trace->options.hist != NULL)
        status = udyn_hist_begin(&trace->hist, &trace->plan, trace->options.hist);
    if (status == UDYN_DONE)
        status = udyn_wait_open(&trace->wait, &trace->options, &trace->targets);
    if (status == UDYN_DONE)
        status = attach(trace);
    return status;
}

static enum udyn_status trace_all(struct trace *trace)
{
    enum udyn_status status = prepare(trace);

    if (status == UDYN_DONE) {
        if (trace->options.summary)
            udyn_summary_begin(&trace->summary, &trace->plan, udyn_wait_now());
        udyn_wait_start(&trace->wait);
        run(trace);
        if (is_output_closed(trace) && trace->output_error != -EPIPE) {
            udyn_say_errno(trace->output_error, "cannot write the output");
            status = UDYN_REFUSED;
        } else if (trace->seen == 0 && trace->targets.nalive == 0) {
            udyn_say("the process ended before a probe fired");
            status = UDYN_NOTHING;
        }
    }
    udyn_stream_close(&trace->stream);
    udyn_session_close(&trace->session);
    return status;
}

enum udyn_status udyn_trace(int argc, char **argv)
{
    static char buffer[OUTPUT_SIZE];
    static struct trace trace = {.session = {.tracefs = -1, .instance = -1, .lock = -1},
                                 .wait = {.signals = -1}};
    enum udyn_status status = udyn_options_trace(&trace.options, argc, argv);

    (void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); /* with a smaller one it works, too */
    if (status == UDYN_DONE && !trace.options.is_help)
        status = trace_all(&trace);
    udyn_wait_close(&trace.wait);
    udyn_summary_free(&trace.summary);
    udyn_hist_free(&trace.hist);
    udyn_targets_close(&trace.targets);
    udyn_plan_free(&trace.plan);
    udyn_catalog_free(&trace.catalog);
    udyn_options_free(&trace.options);
    return status;
}
