/* SPDX-License-Identifier: MIT */
/*
 * What is to be traced: probes with their sites, and for each argument where its value comes from.
 * A site's fetch arguments are the fields f0, f1, ... of its event, and for strings their addresses
 * p0, p1, ... and bytes s0, s1, ...; sites with fields of the same types can share one event.
 */
#ifndef UDYN_CLI_KERNEL_PLAN_H
#define UDYN_CLI_KERNEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/find/catalog.h"
#include "cli/kernel/pieces.h"
#include "cli/options.h"
#include "read/operand.h"

/* How a value is shown. */
enum udyn_show {
    UDYN_SHOW_SIGNED,
    UDYN_SHOW_UNSIGNED,
    UDYN_SHOW_POINTER, /* in hexadecimal; a number in JSON */
    UDYN_SHOW_HEX,     /* in hexadecimal everywhere */
    UDYN_SHOW_DOUBLE,
    UDYN_SHOW_FLOAT,
    UDYN_SHOW_STRING,
};

struct udyn_traced_argument {
    char *name;
    char *json_name; /* with its quotes */
    enum udyn_show show;
    bool is_said; /* that it can't be fetched somewhere */
};

/* A probe that is traced: in all processes and files where it has this name and these arguments. */
struct udyn_traced {
    const char *provider, *name;
    char *title; /* "provider:probe", safe to print */
    char *json;  /* the members "provider" and "probe" */
    struct udyn_traced_argument *arguments;
    size_t nargs;
    size_t nsites;
};

enum udyn_source_kind {
    UDYN_SOURCE_UNKNOWN,
    UDYN_SOURCE_CONSTANT,
    UDYN_SOURCE_FIELD,
    UDYN_SOURCE_STRING,
};

/* Where an argument's value comes from at one site. */
struct udyn_source {
    enum udyn_source_kind kind;
    unsigned int field; /* its number among the fields, or among the strings */
    unsigned int size;
    bool is_signed;
    int64_t constant;
};

struct udyn_traced_site {
    size_t probe; /* index into udyn_plan.probes */
    const struct udyn_catalog_file *file;
    const struct udyn_read_probe *location;
    struct udyn_source *sources; /* one an argument */
    char *fetch;                 /* " f0=%di:u64 p0=...": what is asked of the kernel */
    char *types;                 /* " u64 string": of the fields */
    size_t first_string;         /* of its own in udyn_plan.strings */
    size_t nstrings;
};

struct udyn_string {
    size_t site;
    char place[UDYN_PLACE_SIZE]; /* where its address is */
};

struct udyn_plan {
    const struct udyn_options *options;
    struct udyn_traced *probes;
    size_t nprobes;
    struct udyn_traced_site *sites;
    size_t nsites;
    struct udyn_string *strings;
    size_t nstrings;
    bool has_left_out; /* there are more sites than are attached to */
    /* Private. */
    void *seen;
    bool *has_as; /* for each --as, is there an argument that it means? */
};

/* Adds a probe: the `use` of a catalogue, with the plan as context. A site that several processes
 * share is added once. */
void udyn_plan_add(const struct udyn_found *found, void *plan);

/* Are the sites of a probe in it? */
bool udyn_plan_has(const struct udyn_plan *plan, const struct udyn_found *found);

/* Says which --as means no argument of any probe. */
void udyn_plan_say_unmeant(const struct udyn_plan *plan);

void udyn_plan_free(struct udyn_plan *plan);

#endif
