/* SPDX-License-Identifier: MIT */
#include "image/buffer.h"

#include <stdlib.h>
#include <string.h>

void *udyn_buffer_extend(struct udyn_buffer *buffer, size_t size)
{
    size_t wanted = buffer->size + size;
    size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
    void *start;

    if (buffer->failed)
        return NULL;
    if (wanted > buffer->capacity || buffer->bytes == NULL) {
        unsigned char *bytes;

        if (capacity < wanted)
            capacity = wanted;
        bytes = realloc(buffer->bytes, capacity);
        if (bytes == NULL || wanted < size) {
            if (bytes != NULL)
                buffer->bytes = bytes;
            buffer->failed = true;
            return NULL;
        }
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    start = buffer->bytes + buffer->size;
    memset(start, 0, size);
    buffer->size = wanted;
    return start;
}

void udyn_buffer_append(struct udyn_buffer *buffer, const void *bytes, size_t size)
{
    void *place = udyn_buffer_extend(buffer, size);

    if (place != NULL && size > 0)
        memcpy(place, bytes, size);
}

void udyn_buffer_append_u32(struct udyn_buffer *buffer, uint32_t value)
{
    udyn_buffer_append(buffer, &value, sizeof(value));
}

void udyn_buffer_append_u64(struct udyn_buffer *buffer, uint64_t value)
{
    udyn_buffer_append(buffer, &value, sizeof(value));
}

void udyn_buffer_append_string(struct udyn_buffer *buffer, const char *string)
{
    udyn_buffer_append(buffer, string, strlen(string) + 1);
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
