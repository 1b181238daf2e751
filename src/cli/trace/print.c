/* SPDX-License-Identifier: MIT */
#include "cli/trace/print.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/text/json.h"
#include "cli/text/text.h"

#define SECOND_NS 1000000000

/* What to add to the trace's clock for the time of day; taken once, so that a correction of the
 * clock does not put events out of order. */
static int64_t to_time_of_day(void)
{
    static int64_t difference;
    struct timespec monotonic, real;

    if (difference == 0 && clock_gettime(CLOCK_MONOTONIC, &monotonic) == 0 &&
        clock_gettime(CLOCK_REALTIME, &real) == 0)
        difference = ((int64_t)real.tv_sec - monotonic.tv_sec) * SECOND_NS +
                     (real.tv_nsec - monotonic.tv_nsec);
    return difference;
}

static void put_time(FILE *out, uint64_t time_ns)
{
    static time_t known_second = -1;
    static char clock_text[16];
    uint64_t real = time_ns + (uint64_t)to_time_of_day();
    time_t second = (time_t)(real / SECOND_NS);

    if (second != known_second) {
        struct tm parts;

        if (localtime_r(&second, &parts) == NULL ||
            strftime(clock_text, sizeof(clock_text), "%H:%M:%S", &parts) == 0)
            clock_text[0] = '\0';
        known_second = second;
    }
    fprintf(out, "%s.%06" PRIu64, clock_text, real % SECOND_NS / 1000);
}

static void put_text_value(FILE *out, const struct udyn_value *value, enum udyn_show show)
{
    switch (value->kind) {
    case UDYN_VALUE_UNKNOWN:
        fputc('?', out);
        break;
    case UDYN_VALUE_NULL:
        fputs("NULL", out);
        break;
    case UDYN_VALUE_SIGNED:
        fprintf(out, "%" PRId64, (int64_t)value->number);
        break;
    case UDYN_VALUE_UNSIGNED:
        fprintf(out, show == UDYN_SHOW_UNSIGNED ? "%" PRIu64 : "0x%" PRIx64, value->number);
        break;
    case UDYN_VALUE_DOUBLE:
        udyn_put_double(out, value->real);
        break;
    case UDYN_VALUE_STRING:
        udyn_text_quote(out, value->string, value->length);
        if (value->is_cut)
            fputs("\xe2\x80\xa6", out);
        break;
    }
}

void udyn_print_text(FILE *out, const struct udyn_traced *probe, const struct udyn_event *event)
{
    size_t i;

    put_time(out, event->time);
    fprintf(out, " %d/%d ", (int)event->pid, (int)event->tid);
    udyn_text_put(out, event->comm, event->comm_length);
    fprintf(out, " %s", probe->title);
    for (i = 0; i < probe->nargs; i++) {
        fprintf(out, " %s=", probe->arguments[i].name);
        put_text_value(out, &event->values[i], probe->arguments[i].show);
    }
    fputc('\n', out);
}

static void put_json_value(FILE *out, const struct udyn_value *value, enum udyn_show show)
{
    switch (value->kind) {
    case UDYN_VALUE_UNKNOWN:
    case UDYN_VALUE_NULL:
        fputs("null", out);
        break;
    case UDYN_VALUE_SIGNED:
        fprintf(out, "%" PRId64, (int64_t)value->number);
        break;
    case UDYN_VALUE_UNSIGNED:
        fprintf(out, show == UDYN_SHOW_HEX ? "\"0x%" PRIx64 "\"" : "%" PRIu64, value->number);
        break;
    case UDYN_VALUE_DOUBLE:
        udyn_json_double(out, value->real);
        break;
    case UDYN_VALUE_STRING:
        udyn_json_string(out, value->string, value->length);
        break;
    }
}

/* The names of the strings that are longer than what is shown of them. */
static void put_cut(FILE *out, const struct udyn_traced *probe, const struct udyn_event *event)
{
    const char *before = ",\"cut\":[";
    size_t i;

    for (i = 0; i < probe->nargs; i++) {
        if (!event->values[i].is_cut)
            continue;
        fprintf(out, "%s%s", before, probe->arguments[i].json_name);
        before = ",";
    }
    if (before[1] == '\0')
        fputc(']', out);
}

void udyn_print_json(FILE *out, const struct udyn_traced *probe, const struct udyn_event *event)
{
    size_t i;

    fprintf(out, "{\"ts_ns\":%" PRIu64 ",\"pid\":%d,\"tid\":%d,\"comm\":", event->time,
            (int)event->pid, (int)event->tid);
    udyn_json_string(out, event->comm, event->comm_length);
    fprintf(out, ",%s,\"args\":{", probe->json);
    for (i = 0; i < probe->nargs; i++) {
        fprintf(out, "%s%s:", i == 0 ? "" : ",", probe->arguments[i].json_name);
        put_json_value(out, &event->values[i], probe->arguments[i].show);
    }
    fputc('}', out);
    put_cut(out, probe, event);
    fputs("}\n", out);
}
