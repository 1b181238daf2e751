/* SPDX-License-Identifier: MIT */
/*
 * A growing run of bytes. All that goes into an image is appended here: the one place that checks
 * sizes. When memory runs out the buffer is marked and stays as it was, so that a writer appends
 * all it has and looks once at the end.
 */
#ifndef UDYN_IMAGE_BUFFER_H
#define UDYN_IMAGE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udyn_buffer {
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    bool failed;
};

void udyn_buffer_append(struct udyn_buffer *buffer, const void *bytes, size_t size);
void udyn_buffer_append_u32(struct udyn_buffer *buffer, uint32_t value);
void udyn_buffer_append_u64(struct udyn_buffer *buffer, uint64_t value);

/* With its NUL. */
void udyn_buffer_append_string(struct udyn_buffer *buffer, const char *string);

/* Zeroes up to a multiple of `alignment`, a power of two. */
void udyn_buffer_align(struct udyn_buffer *buffer, size_t alignment);

/* `size` zeroes; returns where they begin, or NULL when memory has run out. */
void *udyn_buffer_extend(struct udyn_buffer *buffer, size_t size);

void udyn_buffer_free(struct udyn_buffer *buffer);

#endif
