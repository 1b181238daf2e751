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
    bool is_mapped; /* not from malloc() */
};

/*
 * Makes room for `size` more bytes, and returns where they begin, or NULL when memory has run out.
 * What is written there counts when it is committed.
 */
void *udyn_buffer_reserve(struct udyn_buffer *buffer, size_t size);
void udyn_buffer_commit(struct udyn_buffer *buffer, size_t size);

/* Appends `size` zeroes; returns where they begin, or NULL when memory has run out. */
void *udyn_buffer_extend(struct udyn_buffer *buffer, size_t size);

/* Appends zeroes up to a multiple of `alignment`, a power of two. */
void udyn_buffer_align(struct udyn_buffer *buffer, size_t alignment);

void udyn_buffer_free(struct udyn_buffer *buffer);

#endif
