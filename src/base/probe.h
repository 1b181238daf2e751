/* SPDX-License-Identifier: MIT */
/* A probe: what is behind its handle in the public header. */
#ifndef UDYN_BASE_PROBE_H
#define UDYN_BASE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "usdt-dyn.h"

struct udyn_image;

/* The header promises it. */
_Static_assert(offsetof(usdt_dyn_probe, watched) == 0 &&
                   offsetof(usdt_dyn_probe, pristine) == sizeof(void *),
               "the head of a probe is part of the binary interface");

/*
 * A probe. What fire() needs is written once, when the probe gets its image, before `head.watched`
 * points anywhere but at a word that is always 0: so a thread that finds the probe enabled finds
 * the rest.
 */
struct udyn_probe {
    usdt_dyn_probe head; /* first: usdt_dyn_probe * is the handle */
    const void *site;
    struct udyn_image *image;          /* NULL until the probe has one */
    const usdt_dyn_declared *declared; /* NULL if it was not; may be unmapped, is not read */
    struct udyn_probe *next_kept;      /* of those whose provider is gone */
    bool has_semaphore;                /* head.watched is the address of a semaphore */
    uint8_t nargs;
    size_t names_size; /* of all that is in name[] */
    uint16_t strings;  /* bit i: argument i is a string */
    uint8_t types[USDT_DYN_MAX_ARGS];
    const char *arg_names; /* nargs names, each with its NUL, one after the other */
    char name[];           /* followed by the names of the arguments */
};

static inline const struct udyn_probe *udyn_probe_of(const usdt_dyn_probe *handle)
{
    return (const struct udyn_probe *)handle;
}

#endif
