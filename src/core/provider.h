/* SPDX-License-Identifier: MIT */
/* What is behind the handles of the public header. */
#ifndef UDYN_CORE_PROVIDER_H
#define UDYN_CORE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/name.h"
#include "usdt-dyn.h"

struct udyn_image;
struct udyn_watch_link;

/*
 * A probe. What fire() needs is written once, when the probe gets its image, before `head.watched`
 * points anywhere but at a word that is always 0: so a thread that finds the probe enabled finds
 * the rest.
 */
struct udyn_probe {
    usdt_dyn_probe head; /* first: usdt_dyn_probe * is the handle */
    const void *site;
    struct udyn_image *image; /* NULL until the probe has one */
    bool has_semaphore;       /* head.watched is the address of a semaphore */
    uint8_t nargs;
    uint16_t strings; /* bit i: argument i is a string */
    uint8_t types[USDT_DYN_MAX_ARGS];
    const char *arg_names; /* nargs names, each with its NUL, one after the other */
    char name[];           /* followed by the names of the arguments */
};

struct usdt_dyn_provider {
    char name[UDYN_NAME_MAX + 1];
    usdt_dyn_detection detection; /* atomic: set without the lock */
    usdt_dyn_backing backing;     /* likewise */
    bool is_decided;              /* by the first load, for all of the provider's life: */
    bool is_traceable;            /* udyn_system_supported() */
    bool loaded;
    bool is_loading; /* a load is under way, in the process of loading_generation */
    uint32_t loading_generation;

    struct udyn_probe **probes;
    size_t count;
    size_t capacity;
    size_t published; /* probes before this position have an image */
    size_t reserved;  /* probes before this position get one by the load under way */
    struct udyn_names names;

    struct udyn_image *images;       /* newest first */
    struct udyn_watch_link *watches; /* the watches that look at this provider */
    struct usdt_dyn_provider *next;  /* all providers of the process, for the rule of one live
                                        provider:probe */
};

static inline const struct udyn_probe *udyn_probe_of(const usdt_dyn_probe *handle)
{
    return (const struct udyn_probe *)handle;
}

/* The size in bytes of a type's value in its slot, 0 if there is no such type. */
unsigned int udyn_type_size(usdt_dyn_type type);
bool udyn_type_is_signed(usdt_dyn_type type);
/* Returns whether an argument of this type can have that integer: a double has none. */
bool udyn_type_holds(usdt_dyn_type type, int64_t value);

/* The name of a type in the image's own note and in the command: "int8" ... "string", "double". */
const char *udyn_type_name(usdt_dyn_type type);

#endif
