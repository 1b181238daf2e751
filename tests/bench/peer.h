/* SPDX-License-Identifier: MIT */
/* libstapsdt, if this build was given a path to it (USDT_DYN_BENCH_LIBSTAPSDT): what its header
 * declares, found in the library at run time. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>

struct peer {
    void *(*provider_init)(const char *name);
    void *(*provider_add_probe)(void *provider, const char *name, int count, ...);
    int (*provider_load)(void *provider);
    void (*provider_destroy)(void *provider);
    int (*probe_is_enabled)(void *probe);
    void (*probe_fire)(void *probe, ...);
};

#define PEER_INT64 (-8) /* its argument type for a signed 64-bit value */

/* Returns false if there is no such library. */
bool peer_open(struct peer *peer);

#endif
