/* SPDX-License-Identifier: MIT */
#include "image/buffer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A large buffer is used once and given back, and each page of it costs a fault when it is first
 * touched: most of the time that 10,000 probes take. So it is made of huge pages where the kernel
 * gives any.
 */
#define LARGE     ((size_t)512 << 10)
#define HUGE_PAGE ((size_t)2 << 20)

/* Maps whole huge pages. The kernel before 6.7 does not align them by itself. */
static void *map(size_t *capacity)
{
    size_t size, before;
    char *start;

    if (*capacity > SIZE_MAX / 2)
        return NULL;
    size = (*capacity + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    start =
        mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    before = -(uintptr_t)start & (HUGE_PAGE - 1);
    if (before > 0)
        (void)munmap(start, before); /* what can't be given back now is never touched */
    (void)munmap(start + before + size, HUGE_PAGE - before);
    (void)madvise(start + before, size, MADV_HUGEPAGE); /* without them it is only slower */
    *capacity = size;
    return start + before;
}

static void release(struct udyn_buffer *buffer)
{
    if (buffer->is_mapped)
        (void)munmap(buffer->bytes, buffer->capacity); /* it was mapped so: it can't fail */
    else
        free(buffer->bytes);
}

/* Makes room for so many bytes in all. Returns false when memory has run out. */
static bool grow(struct udyn_buffer *buffer, size_t capacity)
{
    bool is_large = capacity >= LARGE;
    unsigned char *bytes = is_large ? map(&capacity) : malloc(capacity > 0 ? capacity : 1);

    if (bytes == NULL)
        return false;
    if (buffer->bytes != NULL)
        memcpy(bytes, buffer->bytes, buffer->size);
    release(buffer);
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    buffer->is_mapped = is_large;
    return true;
}

void *udyn_buffer_reserve(struct udyn_buffer *buffer, size_t size)
{
    size_t wanted, capacity;

    if (buffer->failed || __builtin_add_overflow(buffer->size, size, &wanted)) {
        buffer->failed = true;
        return NULL;
    }
    if (wanted > buffer->capacity || buffer->bytes == NULL) {
        capacity = wanted > 2 * buffer->capacity ? wanted : 2 * buffer->capacity;
        if (!grow(buffer, capacity)) {
            buffer->failed = true;
            return NULL;
        }
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
    release(buffer);
    *buffer = (struct udyn_buffer){0};
}
