/* SPDX-License-Identifier: MIT */
#include "cli/trace/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/text/table.h"

struct udyn_summary_row {
    uint64_t count;
    uint64_t drawn; /* the count when the table was drawn last */
    uint64_t overhead_ns;
};

static bool has_overhead(const struct udyn_traced *probe)
{
    return probe->nargs > 0 && strcmp(probe->arguments[0].name, "overhead_ns") == 0;
}

void udyn_summary_begin(struct udyn_summary *summary, const struct udyn_plan *plan, uint64_t now)
{
    size_t i;

    memset(summary, 0, sizeof(*summary));
    summary->plan = plan;
    summary->started = summary->drawn = now;
    summary->rows = udyn_allocate(plan->nprobes, sizeof(*summary->rows));
    for (i = 0; i < plan->nprobes; i++)
        summary->has_overhead |= has_overhead(&plan->probes[i]);
}

void udyn_summary_add(struct udyn_summary *summary, const struct udyn_event *event)
{
    struct udyn_summary_row *row = &summary->rows[event->probe];

    row->count++;
    if (has_overhead(&summary->plan->probes[event->probe]))
        row->overhead_ns += event->values[0].number;
}

static void add_row(struct udyn_summary *summary, struct udyn_table *table, size_t index,
                    double seconds, bool is_end)
{
    const struct udyn_traced *probe = &summary->plan->probes[index];
    const struct udyn_summary_row *row = &summary->rows[index];
    uint64_t since = is_end ? row->count : row->count - row->drawn;
    char text[64];

    udyn_table_add(table, udyn_copy(probe->title));
    snprintf(text, sizeof(text), "%" PRIu64, row->count);
    udyn_table_add(table, udyn_copy(text));
    snprintf(text, sizeof(text), "%.1f", seconds > 0 ? (double)since / seconds : 0);
    udyn_table_add(table, udyn_copy(text));
    if (!summary->has_overhead)
        return;
    text[0] = '\0';
    if (has_overhead(probe) && row->count > 0)
        snprintf(text, sizeof(text), "%.0f", (double)row->overhead_ns / (double)row->count);
    udyn_table_add(table, udyn_copy(text));
}

static int compare_counts(const void *a, const void *b, void *rows_of)
{
    const struct udyn_summary_row *rows = rows_of;
    size_t one = *(const size_t *)a, other = *(const size_t *)b;

    if (rows[one].count != rows[other].count)
        return rows[one].count > rows[other].count ? -1 : 1;
    return (one > other) - (one < other);
}

/* The probes that fired, the busiest first. */
static size_t sort_rows(const struct udyn_summary *summary, size_t *indexes)
{
    size_t count = 0, i;

    for (i = 0; i < summary->plan->nprobes; i++)
        if (summary->rows[i].count > 0)
            indexes[count++] = i;
    qsort_r(indexes, count, sizeof(*indexes), compare_counts, summary->rows);
    return count;
}

/* How many rows a terminal shows besides the title and what is left out; all of them elsewhere. */
static size_t most_rows(bool is_end)
{
    struct winsize window;

    if (is_end || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 || window.ws_row < 4)
        return SIZE_MAX;
    return (size_t)window.ws_row - 3;
}

/* How wide the terminal is; 0 elsewhere. */
static size_t terminal_columns(void)
{
    struct winsize window;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 ? 0 : window.ws_col;
}

static void draw_table(struct udyn_summary *summary, FILE *out, const size_t *indexes, size_t count,
                       double seconds, bool is_end)
{
    static const struct udyn_column titles[] = {
        {"PROBE", false}, {"EVENTS", true}, {"EVENTS/S", true}, {"OVERHEAD NS", true}};
    struct udyn_table table = {
        .columns = titles, .ncolumns = summary->has_overhead ? 4 : 3, .width = terminal_columns()};
    size_t most = most_rows(is_end);
    size_t shown = count < most ? count : most;
    size_t i;

    for (i = 0; i < shown; i++)
        add_row(summary, &table, indexes[i], seconds, is_end);
    if (summary->height > 0)
        fprintf(out, "\033[%zuA\033[J", summary->height); /* up to the title, clear to the end */
    udyn_table_print(&table, out);
    summary->height = shown + 1;
    if (shown < count) {
        fprintf(out, "and %zu more\n", count - shown);
        summary->height++;
    }
    udyn_table_free(&table);
}

static void draw_json(const struct udyn_summary *summary, FILE *out, const size_t *indexes,
                      size_t count, double seconds)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const struct udyn_traced *probe = &summary->plan->probes[indexes[i]];
        const struct udyn_summary_row *row = &summary->rows[indexes[i]];

        fprintf(out, "{%s,\"count\":%" PRIu64 ",\"per_second\":%.1f", probe->json, row->count,
                seconds > 0 ? (double)row->count / seconds : 0);
        if (has_overhead(probe))
            fprintf(out, ",\"overhead_ns\":%" PRIu64, row->overhead_ns);
        fputs("}\n", out);
    }
}

void udyn_summary_draw(struct udyn_summary *summary, FILE *out, uint64_t now, bool is_end,
                       bool as_json)
{
    size_t *indexes = udyn_allocate(summary->plan->nprobes, sizeof(*indexes));
    size_t count = sort_rows(summary, indexes);
    double seconds = (double)(now - (is_end ? summary->started : summary->drawn)) / 1e9;
    size_t i;

    if (as_json)
        draw_json(summary, out, indexes, count, seconds);
    else
        draw_table(summary, out, indexes, count, seconds, is_end);
    for (i = 0; i < summary->plan->nprobes; i++)
        summary->rows[i].drawn = summary->rows[i].count;
    summary->drawn = now;
    free(indexes);
}

void udyn_summary_free(struct udyn_summary *summary)
{
    free(summary->rows);
    summary->rows = NULL;
}
