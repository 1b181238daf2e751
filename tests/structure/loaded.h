/* SPDX-License-Identifier: MIT */
/* The loaded provider whose image the tests look at: "layout", with probes "p0", "p1" and so on. */
#ifndef LOADED_H
#define LOADED_H

#include <stddef.h>

#include "reader.h"
#include "usdt-dyn.h"

struct loaded {
    /* Set before it is made. */
    usdt_dyn_detection detection;
    usdt_dyn_backing backing;
    size_t count;

    size_t page_size;
    usdt_dyn_provider *provider;
    usdt_dyn_probe **probes;
    struct reader image;
    const char *base; /* where the image is mapped */
    void *handle;
};

extern struct loaded loaded;

/* Set-up and teardown of a group of tests. */
int loaded_make(void **state);
int loaded_free(void **state);

/* The arguments of probe i: 0 to 12 of them, "n0", "n1" and so on, of types in turn. */
size_t loaded_nargs(size_t i);
usdt_dyn_type loaded_type(size_t i, size_t arg);

/* A section of the image; the test fails if there is none. */
const struct reader_section *loaded_section(const char *name);

#endif
