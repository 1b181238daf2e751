/* SPDX-License-Identifier: MIT */
/* The places where the file of an image may be kept. */
#ifndef UDYN_LINUX_FILE_PLACE_H
#define UDYN_LINUX_FILE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "system/linux/file/file.h"
#include "usdt-dyn.h"

struct udyn_place {
    enum udyn_file_kind kind;
    const char *folder;     /* an absolute path; NULL for a memfd */
    bool must_be_in_memory; /* only if it is on a tmpfs */
};

#define UDYN_PLACES_MAX 6

struct udyn_places {
    struct udyn_place list[UDYN_PLACES_MAX]; /* best first */
    size_t count;
};

/* Finds the places for a backing, with what the environment says. Returns 0, or -EINVAL with a
 * sentence for a USDT_DYN_BACKING that there is not. */
int udyn_places_find(struct udyn_places *places, usdt_dyn_backing backing);

#endif
