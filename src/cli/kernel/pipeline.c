/* SPDX-License-Identifier: MIT */
#include "cli/kernel/pipeline.h"

enum udyn_status udyn_pipeline_open(struct udyn_pipeline *pipeline)
{
    enum udyn_status status;
    int error;

    if (!udyn_ring_is_known()) {
        udyn_say("trace can read the ring buffers of 64-bit little-endian machines only");
        return UDYN_REFUSED;
    }
    status = udyn_session_open(&pipeline->session);
    if (status == UDYN_DONE)
        status = udyn_targets_filter(&pipeline->targets, pipeline->session.instance);
    if (status != UDYN_DONE)
        return status;
    error = udyn_stream_open(&pipeline->stream, pipeline->session.instance);
    if (error < 0) {
        udyn_say_errno(error, "cannot open the trace");
        return UDYN_REFUSED;
    }
    udyn_session_place(&pipeline->session, &pipeline->plan);
    udyn_gather_open(&pipeline->gather, &pipeline->session);
    return UDYN_DONE;
}

/* The event that a record is of, or NULL if it is none of the session's. */
static const struct udyn_session_event *kind_of(struct udyn_pipeline *pipeline, uint16_t id)
{
    const struct udyn_session_event *kind = udyn_session_event(&pipeline->session, id);

    return kind != NULL ? kind : udyn_depth_event(&pipeline->gather.depth, id);
}

static bool is_event(struct udyn_pipeline *pipeline, const struct udyn_record *record,
                     struct udyn_event *event)
{
    static const struct udyn_field type = {.offset = 0, .size = 2}; /* common_type of all events */
    uint16_t id = (uint16_t)udyn_field_number(type, record->bytes, record->size);
    const struct udyn_session_event *kind;
    const struct udyn_thread *thread;

    if (udyn_targets_learn(&pipeline->targets, id, record))
        return false;
    kind = kind_of(pipeline, id);
    if (kind == NULL)
        return false;
    thread = udyn_targets_thread(&pipeline->targets,
                                 (pid_t)udyn_field_number(kind->tid, record->bytes, record->size));
    if (thread == NULL)
        return false;
    if (pipeline->stream.has_lost)
        udyn_gather_forget(&pipeline->gather);
    if (kind->piece.size > 0) {
        udyn_gather_add(&pipeline->gather, kind, record);
        return false;
    }
    if (!udyn_event_read(event, &pipeline->gather, kind, record))
        return false;
    event->pid = thread->pid;
    event->tid = thread->tid;
    return true;
}

enum udyn_pipeline_got udyn_pipeline_next(struct udyn_pipeline *pipeline, struct udyn_event *event)
{
    struct udyn_record record;

    if (!udyn_stream_next(&pipeline->stream, &record))
        return UDYN_GOT_NOTHING;
    return is_event(pipeline, &record, event) ? UDYN_GOT_EVENT : UDYN_GOT_RECORD;
}

void udyn_pipeline_close(struct udyn_pipeline *pipeline)
{
    udyn_gather_close(&pipeline->gather); /* first: it may still switch events of the session */
    udyn_stream_close(&pipeline->stream);
    udyn_session_close(&pipeline->session);
    udyn_targets_close(&pipeline->targets);
    udyn_plan_free(&pipeline->plan);
}
