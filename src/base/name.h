/* SPDX-License-Identifier: MIT */
/* The names of providers, probes and arguments, and a table to find a probe by its name. */
#ifndef UDYN_BASE_NAME_H
#define UDYN_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest name, in bytes without the NUL. */
#define UDYN_NAME_MAX 127

/*
 * Returns 0 if `name` matches [A-Za-z_][A-Za-z0-9_]* and has at most UDYN_NAME_MAX bytes, else
 * -EINVAL with a sentence. These are the names that every tracer takes: perf refuses '-' and '.',
 * bpftrace refuses spaces and UTF-8, and ':' separates provider and probe for all of them.
 * `what` is "provider", "probe" or "argument".
 */
int udyn_name_check(const char *what, const char *name);

/* Copies a bad name for a sentence: cut, and with '?' for what a terminal should not get. */
void udyn_make_printable(char *text, size_t size, const char *name);

/* A hash table from a name to the position of its owner; open addressing, no removal. */
struct udyn_name_slot {
    const char *name; /* NULL: empty; belongs to the caller */
    size_t position;
};

struct udyn_names {
    struct udyn_name_slot *slots;
    size_t capacity; /* 0 or a power of two */
    size_t count;
};

/* Makes room for one more name. Returns 0 or -ENOMEM; the table keeps what it has. */
int udyn_names_reserve(struct udyn_names *names);

/* Adds a name that is not in the table, after udyn_names_reserve(). */
void udyn_names_add(struct udyn_names *names, const char *name, size_t position);

/* Finds a name; returns false if it is not there. */
bool udyn_names_find(const struct udyn_names *names, const char *name, size_t *position);

void udyn_names_free(struct udyn_names *names);

#endif
