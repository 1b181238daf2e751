/* SPDX-License-Identifier: MIT */
#include "cli/text/table.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text/text.h"

/* A column is no wider: one long cell does not make every row as long. */
#define MOST_WIDTH ((size_t)128)

/* The least that a first column is cut to: its title. */
#define FIRST_LEAST 5

void udyn_table_add(struct udyn_table *table, char *cell)
{
    if (table->ncells == table->capacity) {
        table->capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        table->cells = udyn_reallocate(table->cells, table->capacity, sizeof(*table->cells));
    }
    table->cells[table->ncells++] = cell;
    table->size += strlen(cell) + 1;
}

static void put_spaces(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* A character has four bytes at most, so what is longer need not be counted. */
static size_t width_of(const char *cell)
{
    return strnlen(cell, 4 * MOST_WIDTH) == 4 * MOST_WIDTH ? MOST_WIDTH : udyn_text_width(cell);
}

/* The end of a name tells more than its beginning. */
static void put_cut(FILE *out, const char *cell, size_t width)
{
    size_t rest = udyn_text_width(cell);

    fputs("\xe2\x80\xa6", out);
    for (; rest >= width; rest--)
        do
            cell++;
        while (((unsigned char)*cell & 0xc0) == 0x80);
    fputs(cell, out);
}

static void put_row(const struct udyn_table *table, const char *const *cells, const size_t *widths,
                    FILE *out)
{
    size_t i;

    for (i = 0; i < table->ncolumns; i++) {
        size_t width = width_of(cells[i]);
        size_t space = width < widths[i] ? widths[i] - width : 0;
        bool is_number = table->columns[i].is_number;
        bool is_last = i + 1 == table->ncolumns;

        if (is_number)
            put_spaces(out, space);
        if (table->width > 0 && width > widths[i])
            put_cut(out, cells[i], widths[i]);
        else
            fputs(cells[i], out);
        if (!is_number && !is_last)
            put_spaces(out, space);
        fputs(is_last ? "\n" : "  ", out);
    }
}

/* Takes from the first column what is too much, but for some letters. */
static void fit(const struct udyn_table *table, size_t *widths)
{
    size_t others = 0, i;

    for (i = 1; i < table->ncolumns; i++)
        others += 2 + widths[i];
    if (table->width == 0 || others + widths[0] <= table->width)
        return;
    widths[0] = table->width > others + FIRST_LEAST ? table->width - others : FIRST_LEAST;
}

static void measure(const struct udyn_table *table, size_t *widths)
{
    size_t i;

    for (i = 0; i < table->ncolumns; i++)
        widths[i] = udyn_text_width(table->columns[i].title);
    for (i = 0; i < table->ncells; i++) {
        size_t width = width_of(table->cells[i]);
        size_t *most = &widths[i % table->ncolumns];

        if (width > *most)
            *most = width < MOST_WIDTH ? width : MOST_WIDTH;
    }
    fit(table, widths);
}

static void put_titles(const struct udyn_table *table, const size_t *widths, FILE *out)
{
    const char *titles[UDYN_TABLE_MAX];
    bool is_coloured = udyn_text_colour();
    size_t i;

    for (i = 0; i < table->ncolumns; i++)
        titles[i] = table->columns[i].title;
    if (is_coloured)
        fputs("\033[1m", out);
    put_row(table, titles, widths, out);
    if (is_coloured)
        fputs("\033[0m", out);
}

static void drop_cells(struct udyn_table *table)
{
    while (table->ncells > 0)
        free(table->cells[--table->ncells]);
    table->size = 0;
}

void udyn_table_print(struct udyn_table *table, FILE *out)
{
    size_t widths[UDYN_TABLE_MAX] = {0};
    size_t i;

    measure(table, widths);
    if (!table->has_titles)
        put_titles(table, widths, out);
    table->has_titles = true;
    for (i = 0; i < table->ncells; i += table->ncolumns)
        put_row(table, (const char *const *)&table->cells[i], widths, out);
    drop_cells(table);
}

void udyn_table_free(struct udyn_table *table)
{
    drop_cells(table);
    free(table->cells);
}
