/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include <stdlib.h>

#include "cli/cli.h"
#include "cli/text.h"

void udyn_table_add(struct udyn_table *table, char *cell)
{
    if (table->ncells == table->capacity) {
        table->capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        table->cells = udyn_reallocate(table->cells, table->capacity, sizeof(*table->cells));
    }
    table->cells[table->ncells++] = cell;
}

static void put_spaces(FILE *out, size_t count)
{
    while (count-- > 0)
        fputc(' ', out);
}

static void put_row(const struct udyn_table *table, const char *const *cells, const size_t *widths,
                    FILE *out)
{
    size_t i;

    for (i = 0; i < table->ncolumns; i++) {
        size_t space = widths[i] - udyn_text_width(cells[i]);
        bool is_number = table->columns[i].is_number;
        bool is_last = i + 1 == table->ncolumns;

        if (is_number)
            put_spaces(out, space);
        fputs(cells[i], out);
        if (!is_number && !is_last)
            put_spaces(out, space);
        fputs(is_last ? "\n" : "  ", out);
    }
}

void udyn_table_print(const struct udyn_table *table, FILE *out)
{
    const char *titles[UDYN_TABLE_MAX];
    size_t widths[UDYN_TABLE_MAX];
    bool is_coloured = udyn_text_colour();
    size_t i;

    for (i = 0; i < table->ncolumns; i++) {
        titles[i] = table->columns[i].title;
        widths[i] = udyn_text_width(titles[i]);
    }
    for (i = 0; i < table->ncells; i++) {
        size_t width = udyn_text_width(table->cells[i]);

        if (width > widths[i % table->ncolumns])
            widths[i % table->ncolumns] = width;
    }
    if (is_coloured)
        fputs("\033[1m", out);
    put_row(table, titles, widths, out);
    if (is_coloured)
        fputs("\033[0m", out);
    for (i = 0; i < table->ncells; i += table->ncolumns)
        put_row(table, (const char *const *)&table->cells[i], widths, out);
}

void udyn_table_free(struct udyn_table *table)
{
    size_t i;

    for (i = 0; i < table->ncells; i++)
        free(table->cells[i]);
    free(table->cells);
}
