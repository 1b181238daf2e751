/* SPDX-License-Identifier: MIT */
#include "cli/kernel/event.h"

#include <string.h>

/* Cuts a number to the size of its argument and extends its sign. */
static uint64_t cut(uint64_t number, unsigned int size, bool is_signed)
{
    unsigned int unused = 64 - size * 8;

    number <<= unused;
    return is_signed ? (uint64_t)((int64_t)number >> unused) : number >> unused;
}

static double read_double(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static double read_float(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof(value));
    return (double)value;
}

static void read_number(struct udyn_value *value, uint64_t number, const struct udyn_source *source,
                        enum udyn_show show)
{
    switch (show) {
    case UDYN_SHOW_DOUBLE:
        value->kind = UDYN_VALUE_DOUBLE;
        value->real = source->size == sizeof(float) ? read_float(number) : read_double(number);
        break;
    case UDYN_SHOW_FLOAT:
        value->kind = UDYN_VALUE_DOUBLE;
        value->real = read_float(number);
        break;
    case UDYN_SHOW_SIGNED:
        value->kind = UDYN_VALUE_SIGNED;
        value->number = cut(number, source->size, true);
        break;
    default:
        value->kind = UDYN_VALUE_UNSIGNED;
        value->number = cut(number, source->size, false);
    }
}

static void read_string(struct udyn_value *value, unsigned int index, struct udyn_gather *gather,
                        const struct udyn_session_event *kind, const struct udyn_record *record)
{
    value->string = udyn_gather_string(gather, kind, record, index, &value->length, &value->is_cut);
    value->kind = value->string != NULL ? UDYN_VALUE_STRING : UDYN_VALUE_NULL;
}

static void read_value(struct udyn_value *value, const struct udyn_source *source,
                       enum udyn_show show, struct udyn_gather *gather,
                       const struct udyn_session_event *kind, const struct udyn_record *record)
{
    value->kind = UDYN_VALUE_UNKNOWN;
    value->is_cut = false;
    switch (source->kind) {
    case UDYN_SOURCE_UNKNOWN:
        break;
    case UDYN_SOURCE_CONSTANT:
        read_number(value, (uint64_t)source->constant, source, show);
        break;
    case UDYN_SOURCE_STRING:
        read_string(value, source->field, gather, kind, record);
        break;
    case UDYN_SOURCE_FIELD:
        read_number(value,
                    udyn_field_number(kind->fields[source->field], record->bytes, record->size),
                    source, show);
        break;
    }
}

bool udyn_event_read(struct udyn_event *event, struct udyn_gather *gather,
                     const struct udyn_session_event *kind, const struct udyn_record *record)
{
    uint64_t number = udyn_field_number(kind->site, record->bytes, record->size);
    const struct udyn_plan *plan = gather->plan;
    const struct udyn_traced *probe;
    const struct udyn_traced_site *site;
    size_t i;

    if (number >= plan->nsites)
        return false;
    site = &plan->sites[number];
    probe = &plan->probes[site->probe];
    udyn_gather_begin(gather, kind, record, site);
    event->probe = site->probe;
    event->time = record->time;
    event->comm = udyn_field_string(kind->comm, record->bytes, record->size, &event->comm_length);
    if (event->comm == NULL)
        event->comm = "";
    for (i = 0; i < probe->nargs; i++)
        read_value(&event->values[i], &site->sources[i], probe->arguments[i].show, gather, kind,
                   record);
    return true;
}
