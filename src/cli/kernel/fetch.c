/* SPDX-License-Identifier: MIT */
#include "cli/kernel/fetch.h"

#include <inttypes.h>
#include <stdio.h>

/* What all looks for symbols in a run may read: a second's worth in files that lie. */
#define MOST_SYMBOL_BYTES ((uint64_t)2 * 1024 * 1024 * 1024)

/*
 * "@+OFFSET" is an offset in the file, which the kernel takes for as far from the site in memory as
 * in the file (trace_uprobe.c, translate_user_vaddr()). Data is mapped elsewhere than the file has
 * it, so the distance between the linked addresses is what has to be given.
 */
static bool put_symbol(char *text, size_t size, const struct udyn_operand *operand, int fd,
                       const struct udyn_read_probe *location)
{
    static uint64_t left = MOST_SYMBOL_BYTES;
    uint64_t address;

    if (udyn_read_symbol(fd, &left, operand->symbol, operand->symbol_length, &address) < 0)
        return false;
    address += (uint64_t)operand->number - location->site + location->site_offset;
    if (address > INT64_MAX)
        return false;
    snprintf(text, size, "@+0x%" PRIx64, address);
    return true;
}

bool udyn_fetch_place(char place[UDYN_PLACE_SIZE], const struct udyn_operand *operand, int fd,
                      const struct udyn_read_probe *location)
{
    switch (operand->kind) {
    case UDYN_OPERAND_REGISTER:
        snprintf(place, UDYN_PLACE_SIZE, "%%%s", operand->base);
        return true;
    case UDYN_OPERAND_MEMORY:
        snprintf(place, UDYN_PLACE_SIZE, "%+" PRId64 "(%%%s)", operand->number, operand->base);
        return true;
    case UDYN_OPERAND_CONSTANT:
        snprintf(place, UDYN_PLACE_SIZE, "\\%" PRId64, operand->number);
        return true;
    case UDYN_OPERAND_SYMBOL:
        return put_symbol(place, UDYN_PLACE_SIZE, operand, fd, location);
    default:
        return false;
    }
}

bool udyn_fetch(char text[UDYN_FETCH_SIZE], const struct udyn_operand *operand,
                enum udyn_fetch_what what, int fd, const struct udyn_read_probe *location)
{
    char place[UDYN_PLACE_SIZE];
    unsigned int bits = operand->size * 8;
    int length;

    if (!udyn_fetch_place(place, operand, fd, location))
        return false;
    if (what == UDYN_FETCH_STRING) {
        /* The kernel follows no constant. */
        if (operand->kind == UDYN_OPERAND_CONSTANT || operand->shift != 0)
            return false;
        length = snprintf(text, UDYN_FETCH_SIZE, "+0(%s):string", place);
    } else if (operand->shift != 0) {
        length = snprintf(text, UDYN_FETCH_SIZE, "%s:b%u@%u/16", place, bits, operand->shift);
    } else {
        length =
            snprintf(text, UDYN_FETCH_SIZE, "%s:%c%u", place, operand->is_signed ? 's' : 'u', bits);
    }
    return length > 0 && length < UDYN_FETCH_SIZE;
}
