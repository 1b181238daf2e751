/* SPDX-License-Identifier: MIT */
/* The program that the end-to-end tests trace: it does what the lines on its stdin say. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usdt-dyn.h"

typedef void target_site(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                         uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

struct named_probe {
    char provider[128];
    char name[128];
    usdt_dyn_provider *owner;
    usdt_dyn_probe *probe;
    usdt_dyn_type types[USDT_DYN_MAX_ARGS];
    size_t nargs;
    target_site *site; /* once it was called bare */
};

/* Fires a probe from four threads at once. Returns false if they could not be made. */
bool target_fire_in_threads(const struct named_probe *probe, const uint64_t *values);

/*
 * Calls the site of a probe and nothing else. Returns false if it is not found; it is looked for
 * once, as to ask the library for the path in a forked child would cure the child.
 */
bool target_call_bare(struct named_probe *probe, const uint64_t *values);

/* Finds a type by its name, "int8" ... "double"; false if there is none. */
bool target_parse_type(const char *name, usdt_dyn_type *type);

/*
 * Reads a value of a type into its slot:
 *
 *   numbers   as strtoll(), strtoull() and strtod() take them
 *   strings   null, empty, =TEXT, x200 (200 letters), untouched=TEXT (in a page of a file that this
 *             process has mapped and never touched)
 *
 * Returns false if the text is none of these. Strings stay valid for the life of the process.
 */
bool target_parse_value(const char *text, usdt_dyn_type type, uint64_t *slot);

/*
 * Forks in one of three ways: "fork", "_Fork" or "clone", the system call itself. Returns as fork()
 * does, and -1 for another name.
 */
int target_fork(const char *how);

#endif
