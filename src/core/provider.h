/* SPDX-License-Identifier: MIT */
/* A provider: what is behind its handle in the public header (provider.c; fire.c fires its probes).
 */
#ifndef UDYN_CORE_PROVIDER_H
#define UDYN_CORE_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/name.h"
#include "base/probe.h"
#include "usdt-dyn.h"

struct udyn_image;
struct udyn_watch_link;

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
    struct usdt_dyn_provider *next;  /* all providers of the process */
};

/* The first of all providers of the process. Under the lock. */
const struct usdt_dyn_provider *udyn_providers(void);

/*
 * The provider is about to be freed: what was declared in the program goes on pointing to its
 * probe, which is never enabled from now on, and is kept until it is added again. Under the lock.
 */
void udyn_provider_keep_declared(struct usdt_dyn_provider *provider);

#endif
