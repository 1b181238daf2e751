/* SPDX-License-Identifier: MIT */
/* The records of an instance, of all processors, in the order of their times. */
#ifndef UDYN_CLI_KERNEL_STREAM_H
#define UDYN_CLI_KERNEL_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/kernel/ring.h"

struct udyn_stream_cpu;

struct udyn_stream {
    int instance;
    struct udyn_stream_cpu *cpus;
    size_t ncpus;
    size_t page_size;
    uint64_t horizon; /* all records before this time have been read */
    bool is_behind;   /* the last fill left something in the kernel */
    bool has_lost;    /* a sub-buffer told of lost events since udyn_stream_lost() */
};

/* Opens the buffers of an instance whose clock is `mono`. Returns 0 or a negative errno. */
int udyn_stream_open(struct udyn_stream *stream, int instance);
void udyn_stream_close(struct udyn_stream *stream);

/* The descriptors to wait on, one a processor. */
int udyn_stream_fd(const struct udyn_stream *stream, size_t index);

/*
 * Reads what there is. The records of the moment just gone are kept back, for another processor may
 * still add to it; with `is_last` they are not. Returns 0, or a negative errno.
 */
int udyn_stream_fill(struct udyn_stream *stream, bool is_last);

/* Takes the next record, valid until the next fill; false if there is none to be given out yet. */
bool udyn_stream_next(struct udyn_stream *stream, struct udyn_record *record);

/* Are records kept back? */
bool udyn_stream_has_more(const struct udyn_stream *stream);

/* How many events the kernel has dropped so far because nobody read them in time. */
uint64_t udyn_stream_lost(struct udyn_stream *stream);

#endif
