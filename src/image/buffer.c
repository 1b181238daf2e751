/* SPDX-License-Identifier: MIT */
#include "image/buffer.h"

#include <stdlib.h>
#include <string.h>

void *udyn_buffer_reserve(struct udyn_buffer *buffer, size_t size)
{
    size_t wanted, capacity;
    unsigned char *bytes;

    if (buffer->failed || __builtin_add_overflow(buffer->size, size, &wanted)) {
        buffer->failed = true;
        return NULL;
    }
    if (wanted > buffer->capacity || buffer->bytes == NULL) {
        capacity = wanted > 2 * buffer->capacity ? wanted : 2 * buffer->capacity;
        bytes = realloc(buffer->bytes, capacity > 0 ? capacity : 1);
        if (bytes == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->size;
}

void udyn_buffer_commit(struct udyn_buffer *buffer, size_t size)
{
    buffer->size += size;
}

void *udyn_buffer_extend(struct udyn_buffer *buffer, size_t size)
{
    void *place = udyn_buffer_reserve(buffer, size);

    if (place != NULL) {
        memset(place, 0, size);
        udyn_buffer_commit(buffer, size);
    }
    return place;
}

void udyn_buffer_align(struct udyn_buffer *buffer, size_t alignment)
{
    (void)udyn_buffer_extend(buffer, -buffer->size & (alignment - 1));
}

void udyn_buffer_free(struct udyn_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct udyn_buffer){0};
}
