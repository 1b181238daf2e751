/* SPDX-License-Identifier: MIT */
/* Where the fields of a trace event are in its records: what its `format` file says. */
#ifndef UDYN_CLI_KERNEL_FORMAT_H
#define UDYN_CLI_KERNEL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udyn_field {
    uint16_t offset;
    uint16_t size; /* 0: the event has no such field */
};

struct udyn_format {
    uint16_t id;
    char *text;
};

/* Reads events/GROUP/EVENT/format below a folder. Returns 0 or a negative errno. */
int udyn_format_read(struct udyn_format *format, int folder, const char *group, const char *event);

/* Finds a field, which may be an array; its size is 0 if there is none. */
struct udyn_field udyn_format_field(const struct udyn_format *format, const char *name);

void udyn_format_free(struct udyn_format *format);

/* The number in a field of a record, 0 if it is outside of the record. */
uint64_t udyn_field_number(struct udyn_field field, const void *record, size_t size);

/* The string that a __data_loc field points at: NULL if there is none, as where it could not be
 * read. */
const char *udyn_field_string(struct udyn_field field, const void *record, size_t size,
                              size_t *length);

#endif
