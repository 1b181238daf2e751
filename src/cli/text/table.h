/* SPDX-License-Identifier: MIT */
/* A table of aligned columns. */
#ifndef UDYN_CLI_TEXT_TABLE_H
#define UDYN_CLI_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define UDYN_TABLE_MAX 10

struct udyn_column {
    const char *title;
    bool is_number; /* aligned to the right */
};

struct udyn_table {
    const struct udyn_column *columns;
    size_t ncolumns;
    char **cells; /* ncolumns a row */
    size_t ncells;
    size_t capacity;
    size_t size; /* bytes in the cells */
    bool has_titles;
    size_t width; /* of the terminal, in which lines are to fit; 0: any */
};

/* Adds the next cell, left to right and row by row; takes the string over. */
void udyn_table_add(struct udyn_table *table, char *cell);

/* Prints the rows, below the titles if it is the first time, and drops them. */
void udyn_table_print(struct udyn_table *table, FILE *out);

void udyn_table_free(struct udyn_table *table);

#endif
