/* SPDX-License-Identifier: MIT */
#include "cli/trace/hist.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text/json.h"

/* Bucket 0 for what is below zero, 1 for zero, 2 for 1, then [2, 4), [4, 8) ... [2^63, 2^64). */
#define WHOLE_BUCKETS 66

/* Those of real numbers: zero in the middle, on both sides of it from the smallest power of two to
 * the largest, and infinity. */
#define SMALLEST     (DBL_MIN_EXP - DBL_MANT_DIG) /* as the exponent that frexp() tells, less one */
#define ZERO         (DBL_MAX_EXP - SMALLEST + 1)
#define REAL_BUCKETS (2 * ZERO + 1)

#define BAR_WIDTH 52

/* So many empty buckets in a row are left out. */
#define GAP 4

struct udyn_hist_probe {
    size_t index; /* of the argument, or nargs if the probe has none of that name */
    bool is_real;
    uint64_t count;
    uint64_t unknown; /* events besides whose value is no number or could not be fetched */
    uint64_t *buckets;
    size_t nbuckets;
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

/* Returns whether the probe has the argument. */
static bool begin_probe(struct udyn_hist_probe *probe, const struct udyn_traced *traced,
                        const char *argument)
{
    enum udyn_show show;

    probe->index = find_argument(traced, argument);
    if (probe->index == traced->nargs)
        return false;
    show = traced->arguments[probe->index].show;
    probe->is_real = show == UDYN_SHOW_DOUBLE || show == UDYN_SHOW_FLOAT;
    probe->nbuckets = probe->is_real ? REAL_BUCKETS : WHOLE_BUCKETS;
    probe->buckets = udyn_allocate(probe->nbuckets, sizeof(*probe->buckets));
    return true;
}

enum udyn_status udyn_hist_begin(struct udyn_hist *hist, const struct udyn_plan *plan,
                                 const char *argument)
{
    size_t found = 0, i;

    hist->plan = plan;
    hist->argument = argument;
    hist->probes = udyn_allocate(plan->nprobes, sizeof(*hist->probes));
    for (i = 0; i < plan->nprobes; i++) {
        found += begin_probe(&hist->probes[i], &plan->probes[i], argument);
    }
    if (found > 0)
        return UDYN_DONE;
    udyn_say("--hist %s: none of these probes has a numeric argument of that name; usdt-dyn list "
             "shows the arguments",
             argument);
    return UDYN_NOTHING;
}

static size_t bucket_of_real(double value)
{
    int exponent = DBL_MAX_EXP + 1;

    if (value == 0)
        return ZERO;
    if (isfinite(value))
        (void)frexp(value, &exponent);
    return (size_t)(value < 0 ? ZERO - (exponent - SMALLEST) : ZERO + (exponent - SMALLEST));
}

static size_t bucket_of(const struct udyn_value *value)
{
    uint64_t number = value->number;
    size_t bucket = 1;

    if (value->kind == UDYN_VALUE_DOUBLE)
        return bucket_of_real(value->real);
    if (value->kind == UDYN_VALUE_SIGNED && (int64_t)number < 0)
        return 0;
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
        (value->kind == UDYN_VALUE_DOUBLE && isnan(value->real))) {
        probe->unknown++;
        return;
    }
    probe->count++;
    probe->buckets[bucket_of(value)]++;
}

/* Where a bucket of real numbers ends, on the side of zero and on the other. */
static double real_end(size_t bucket, bool is_far)
{
    int distance = (int)bucket - ZERO;
    double end;

    if (distance == 0)
        return 0;
    end = ldexp(1, abs(distance) + SMALLEST - !is_far);
    return distance < 0 ? -end : end;
}

static void put_real_range(size_t bucket, char text[64])
{
    if (bucket == ZERO)
        snprintf(text, 64, "[0]");
    else if (bucket == 0 || bucket == REAL_BUCKETS - 1)
        snprintf(text, 64, "[%g]", real_end(bucket, true));
    else if (bucket < ZERO)
        snprintf(text, 64, "(%g, %g]", real_end(bucket, true), real_end(bucket, false));
    else
        snprintf(text, 64, "[%g, %g)", real_end(bucket, false), real_end(bucket, true));
}

static void put_whole_range(size_t bucket, char text[64])
{
    if (bucket == 0)
        snprintf(text, 64, "(..., 0)");
    else if (bucket <= 2)
        snprintf(text, 64, "[%zu]", bucket - 1);
    else if (bucket == WHOLE_BUCKETS - 1)
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

static void draw_bucket(FILE *out, const struct udyn_hist_probe *probe, size_t bucket,
                        uint64_t most)
{
    char range[64];

    if (probe->is_real)
        put_real_range(bucket, range);
    else
        put_whole_range(bucket, range);
    fprintf(out, "%-28s %10" PRIu64 " ", range, probe->buckets[bucket]);
    draw_bar(out, probe->buckets[bucket], most);
}

static void draw_probe(const struct udyn_hist *hist, size_t index, FILE *out)
{
    const struct udyn_hist_probe *probe = &hist->probes[index];
    size_t next = probe->nbuckets, i;
    uint64_t most = 0;

    for (i = 0; i < probe->nbuckets; i++)
        most = most > probe->buckets[i] ? most : probe->buckets[i];
    fprintf(out, "%s %s, %" PRIu64 " events\n", hist->plan->probes[index].title, hist->argument,
            probe->count);
    for (i = 0; i < probe->nbuckets; i++) {
        if (probe->buckets[i] == 0)
            continue;
        if (probe->is_real && i > next && i - next >= GAP)
            fputs("...\n", out);
        else
            for (; next < i; next++)
                draw_bucket(out, probe, next, most);
        draw_bucket(out, probe, i, most);
        next = i + 1;
    }
}

static void put_json_start(FILE *out, const struct udyn_hist_probe *probe, size_t bucket)
{
    if (probe->is_real)
        udyn_json_double(out, real_end(bucket, bucket < ZERO));
    else if (bucket == 0)
        fputs("null", out);
    else
        fprintf(out, "%" PRIu64, bucket == 1 ? 0 : (uint64_t)1 << (bucket - 2));
}

/* "buckets": [[from, count], ...], from null for whole numbers below zero. */
static void draw_json(const struct udyn_hist *hist, size_t index, FILE *out)
{
    const struct udyn_hist_probe *probe = &hist->probes[index];
    const struct udyn_traced *traced = &hist->plan->probes[index];
    const char *separator = "";
    size_t i;

    fprintf(out, "{%s,\"arg\":%s,\"count\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"buckets\":[",
            traced->json, traced->arguments[probe->index].json_name, probe->count, probe->unknown);
    for (i = 0; i < probe->nbuckets; i++) {
        if (probe->buckets[i] == 0)
            continue;
        fprintf(out, "%s[", separator);
        put_json_start(out, probe, i);
        fprintf(out, ",%" PRIu64 "]", probe->buckets[i]);
        separator = ",";
    }
    fputs("]}\n", out);
}

void udyn_hist_draw(const struct udyn_hist *hist, FILE *out, bool as_json)
{
    size_t i;

    for (i = 0; i < hist->plan->nprobes; i++) {
        const struct udyn_hist_probe *probe = &hist->probes[i];

        if (probe->unknown > 0)
            udyn_say("%s: events whose %s was not a number or could not be fetched: %" PRIu64,
                     hist->plan->probes[i].title, hist->argument, probe->unknown);
        if (probe->count == 0)
            continue;
        if (as_json)
            draw_json(hist, i, out);
        else
            draw_probe(hist, i, out);
    }
}

void udyn_hist_free(struct udyn_hist *hist)
{
    size_t i;

    for (i = 0; hist->probes != NULL && i < hist->plan->nprobes; i++)
        free(hist->probes[i].buckets);
    free(hist->probes);
    hist->probes = NULL;
}
