/* SPDX-License-Identifier: MIT */
/*
 * How strings are fetched. The kernel's own type for them has no bound: it loses an event whose
 * strings don't fit into one page together, warns in its log, and makes nothing of a string of a
 * page or more (trace_uprobe.c, prepare_uprobe_buffer() and fetch_store_strlen()). So they are
 * fetched as arrays of words, whose size is known. That takes 25 ns a word, however short the
 * string is. The first piece is therefore short and in the site's own event. The others are in
 * further events at the same site, only where strings need them (depth.h).
 */
#ifndef UDYN_CLI_KERNEL_PIECES_H
#define UDYN_CLI_KERNEL_PIECES_H

#include <stddef.h>
#include <stdio.h>

#include "cli/kernel/fetch.h"

#define UDYN_PIECES 6

/* The events of the pieces: a site's own, which has the first, and two more. */
#define UDYN_PIECE_EVENTS 3

/* What is shown of a string, and fetched in all pieces together. */
#define UDYN_STRING_MOST 4096

/* A part of a string. */
struct udyn_piece {
    size_t start;
    size_t size; /* in bytes, a multiple of 8 */
    unsigned int event;
};

struct udyn_piece udyn_piece(unsigned int number);

/* Writes the fetch arguments for a piece of the string `index`: " s0=+32(%di):u64[12]". What does
 * not fit into one array is in those that follow it at once. */
void udyn_piece_fetch(FILE *out, unsigned int number, size_t index,
                      const char place[UDYN_PLACE_SIZE]);

#endif
