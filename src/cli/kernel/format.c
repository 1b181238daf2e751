/* SPDX-License-Identifier: MIT */
#include "cli/kernel/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/kernel/tracefs.h"

int udyn_format_read(struct udyn_format *format, int folder, const char *group, const char *event)
{
    char path[128];
    const char *id;
    int error;

    snprintf(path, sizeof(path), "events/%s/%s/format", group, event);
    error = udyn_tracefs_read(folder, path, &format->text);
    if (error < 0)
        return error;
    id = strstr(format->text, "\nID: ");
    if (id == NULL) {
        udyn_format_free(format);
        return -EBADMSG;
    }
    format->id = (uint16_t)strtoul(id + 5, NULL, 10);
    return 0;
}

/* "\tfield:unsigned int s;\toffset:16;\tsize:4;\tsigned:0;", "\tfield:u64 s0[4];..." */
struct udyn_field udyn_format_field(const struct udyn_format *format, const char *name)
{
    struct udyn_field field = {0};
    char wanted[64];
    const char *found;

    snprintf(wanted, sizeof(wanted), " %s;\toffset:", name);
    found = strstr(format->text, wanted);
    if (found == NULL) {
        snprintf(wanted, sizeof(wanted), " %s[", name);
        found = strstr(format->text, wanted);
    }
    if (found != NULL &&
        sscanf(strchr(found, ';'), ";\toffset:%hu;\tsize:%hu;", &field.offset, &field.size) != 2)
        field.size = 0;
    return field;
}

void udyn_format_free(struct udyn_format *format)
{
    free(format->text);
    format->text = NULL;
}

uint64_t udyn_field_number(struct udyn_field field, const void *record, size_t size)
{
    const char *bytes = (const char *)record + field.offset;
    uint8_t byte;
    uint16_t half;
    uint32_t word;
    uint64_t number;

    if (field.offset > size || field.size > size - field.offset)
        return 0;
    switch (field.size) {
    case sizeof(byte):
        memcpy(&byte, bytes, sizeof(byte));
        return byte;
    case sizeof(half):
        memcpy(&half, bytes, sizeof(half));
        return half;
    case sizeof(word):
        memcpy(&word, bytes, sizeof(word));
        return word;
    case sizeof(number):
        memcpy(&number, bytes, sizeof(number));
        return number;
    default:
        return 0;
    }
}

/* The length in the upper 16 bits, the offset in the record in the lower ones. */
const char *udyn_field_string(struct udyn_field field, const void *record, size_t size,
                              size_t *length)
{
    uint32_t where = (uint32_t)udyn_field_number(field, record, size);
    size_t offset = where & 0xffff;
    const char *string = (const char *)record + offset;

    *length = where >> 16;
    if (*length == 0 || offset > size || *length > size - offset)
        return NULL;
    *length = strnlen(string, *length);
    return string;
}
