/* SPDX-License-Identifier: MIT */
/* An operand of a note as a fetch argument of the kernel (Documentation/trace/uprobetracer.rst). */
#ifndef UDYN_CLI_KERNEL_FETCH_H
#define UDYN_CLI_KERNEL_FETCH_H

#include <stdbool.h>

#include "read/operand.h"
#include "read/read.h"

/* The kernel takes at most 63 bytes (MAX_ARGSTR_LEN). */
#define UDYN_FETCH_SIZE 64

/* What to read: the argument itself, or the string that it points at. */
enum udyn_fetch_what {
    UDYN_FETCH_VALUE,
    UDYN_FETCH_STRING,
};

#define UDYN_PLACE_SIZE 48

/* Writes where an operand is at a location of the file `fd`, as in "%di" or "+8(%sp)". Returns
 * false if the kernel can't fetch from there: it adds no two registers, and has none of the vector
 * unit.
 */
bool udyn_fetch_place(char place[UDYN_PLACE_SIZE], const struct udyn_operand *operand, int fd,
                      const struct udyn_read_probe *location);

/*
 * Writes the fetch argument for an operand at a location of the file `fd`, as in "%di:s32" or
 * "+0(+8(%sp)):string". Returns false if the kernel can't fetch it.
 */
bool udyn_fetch(char text[UDYN_FETCH_SIZE], const struct udyn_operand *operand,
                enum udyn_fetch_what what, int fd, const struct udyn_read_probe *location);

#endif
