/* SPDX-License-Identifier: MIT */
/*
 * The sub-buffers of the kernel's ring buffer, as trace_pipe_raw gives them: a header with a time
 * stamp and the length of what follows, then events with the time since the one before
 * (include/linux/ring_buffer.h, kernel/trace/ring_buffer.c).
 */
#ifndef UDYN_CLI_KERNEL_RING_H
#define UDYN_CLI_KERNEL_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are this machine's ring buffers of the kind that is read here: 64 bits, little-endian? */
bool udyn_ring_is_known(void);

/* A record in a sub-buffer. */
struct udyn_record {
    uint64_t time; /* in nanoseconds of the instance's clock */
    const unsigned char *bytes;
    size_t size;
};

/* Reads on in a sub-buffer. */
struct udyn_ring_page {
    const unsigned char *at;
    const unsigned char *end;
    uint64_t time;
    bool has_lost; /* events were overwritten before this sub-buffer */
};

/* Begins with the sub-buffer in `bytes`; one that lies is as good as empty. */
void udyn_ring_page_begin(struct udyn_ring_page *page, const unsigned char *bytes, size_t size);

/* Takes the next record; false at the end. */
bool udyn_ring_page_next(struct udyn_ring_page *page, struct udyn_record *record);

#endif
