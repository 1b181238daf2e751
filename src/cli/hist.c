/* SPDX-License-Identifier: MIT */
#include "cli/hist.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bucket 0 for what is below zero, 1 for zero, 2 for 1, then [2, 4), [4, 8) ... [2^63, 2^64). */
#define BUCKETS 66

#define BAR_WIDTH 52

struct udyn_hist_probe {
    size_t index; /* of the argument, or nargs if the probe has none of that name */
    uint64_t count;
    uint64_t buckets[BUCKETS];
};

static size_t find_argument(const struct udyn_traced *probe, const char *name)
{
    size_t i;

    for (i = 0; i < probe->nargs; i++) {
        char number[24];

        snprintf(number, sizeof(number), "arg%zu", i);
        if (probe->arguments[i].show != UDYN_SHOW_STRING &&
            (strcmp(probe->arguments[i].name, name) == 0 || strcmp(number, name) == 0))
            return i;
    }
    return probe->nargs;
}

enum udyn_status udyn_hist_begin(struct udyn_hist *hist, const struct udyn_plan *plan,
                                 const char *argument)
{
    size_t found = 0, i;

    hist->plan = plan;
    hist->argument = argument;
    hist->probes = udyn_allocate(plan->nprobes, sizeof(*hist->probes));
    for (i = 0; i < plan->nprobes; i++) {
        hist->probes[i].index = find_argument(&plan->probes[i], argument);
        found += hist->probes[i].index < plan->probes[i].nargs;
    }
    if (found > 0)
        return UDYN_DONE;
    udyn_say("--hist %s: none of these probes has a number of that name; usdt-dyn list shows the "
             "arguments",
             argument);
    return UDYN_NOTHING;
}

static size_t bucket_of(const struct udyn_value *value)
{
    uint64_t number = value->number;
    size_t bucket = 1;

    if (value->kind == UDYN_VALUE_DOUBLE) {
        if (value->real < 0)
            return 0;
        number = value->real >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)value->real;
    } else if (value->kind == UDYN_VALUE_SIGNED && (int64_t)number < 0) {
        return 0;
    }
    for (; number > 0; number >>= 1)
        bucket++;
    return bucket;
}

void udyn_hist_add(struct udyn_hist *hist, const struct udyn_event *event)
{
    struct udyn_hist_probe *probe = &hist->probes[event->probe];
    const struct udyn_value *value;

    if (probe->index >= hist->plan->probes[event->probe].nargs)
        return;
    value = &event->values[probe->index];
    if (value->kind == UDYN_VALUE_UNKNOWN ||
        (value->kind == UDYN_VALUE_DOUBLE && isnan(value->real)))
        return;
    probe->count++;
    probe->buckets[bucket_of(value)]++;
}

static void put_range(size_t bucket, char text[64])
{
    if (bucket == 0)
        snprintf(text, 64, "(..., 0)");
    else if (bucket <= 2)
        snprintf(text, 64, "[%zu]", bucket - 1);
    else if (bucket == BUCKETS - 1)
        snprintf(text, 64, "[%" PRIu64 ", ...)", (uint64_t)1 << (bucket - 2));
    else
        snprintf(text, 64, "[%" PRIu64 ", %" PRIu64 ")", (uint64_t)1 << (bucket - 2),
                 (uint64_t)1 << (bucket - 1));
}

static void draw_bar(FILE *out, uint64_t count, uint64_t most)
{
    size_t width = (size_t)((double)count / (double)most * BAR_WIDTH + 0.5);
    size_t i;

    fputc('|', out);
    for (i = 0; i < BAR_WIDTH; i++)
        fputc(i < width ? '@' : ' ', out);
    fputs("|\n", out);
}

static void draw_probe(const struct udyn_hist *hist, size_t index, FILE *out)
{
    const struct udyn_hist_probe *probe = &hist->probes[index];
    size_t first = BUCKETS, last = 0, i;
    uint64_t most = 0;

    for (i = 0; i < BUCKETS; i++) {
        if (probe->buckets[i] == 0)
            continue;
        first = first < i ? first : i;
        last = i;
        most = most > probe->buckets[i] ? most : probe->buckets[i];
    }
    fprintf(out, "%s %s, %" PRIu64 " events\n", hist->plan->probes[index].title, hist->argument,
            probe->count);
    for (i = first; i <= last; i++) {
        char range[64];

        put_range(i, range);
        fprintf(out, "%-28s %10" PRIu64 " ", range, probe->buckets[i]);
        draw_bar(out, probe->buckets[i], most);
    }
}

/* "buckets": [[from, count], ...], the first from null for what is below zero. */
static void draw_json(const struct udyn_hist *hist, size_t index, FILE *out)
{
    const struct udyn_hist_probe *probe = &hist->probes[index];
    const struct udyn_traced *traced = &hist->plan->probes[index];
    const char *separator = "";
    size_t i;

    fprintf(out, "{%s,\"arg\":%s,\"count\":%" PRIu64 ",\"buckets\":[", traced->json,
            traced->arguments[probe->index].json_name, probe->count);
    for (i = 0; i < BUCKETS; i++) {
        if (probe->buckets[i] == 0)
            continue;
        if (i == 0)
            fprintf(out, "[null,%" PRIu64 "]", probe->buckets[i]);
        else
            fprintf(out, "%s[%" PRIu64 ",%" PRIu64 "]", separator,
                    i == 1 ? 0 : (uint64_t)1 << (i - 2), probe->buckets[i]);
        separator = ",";
    }
    fputs("]}\n", out);
}

void udyn_hist_draw(const struct udyn_hist *hist, FILE *out, bool as_json)
{
    size_t i;

    for (i = 0; i < hist->plan->nprobes; i++) {
        if (hist->probes[i].count == 0)
            continue;
        if (as_json)
            draw_json(hist, i, out);
        else
            draw_probe(hist, i, out);
    }
}

void udyn_hist_free(struct udyn_hist *hist)
{
    free(hist->probes);
    hist->probes = NULL;
}
