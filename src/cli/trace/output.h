/* SPDX-License-Identifier: MIT */
/*
 * Standard output that is never waited for: what its reader does not take yet is kept here. Its own
 * O_NONBLOCK would do that, but is of all processes that have it open, as the shell has.
 */
#ifndef UDYN_CLI_TRACE_OUTPUT_H
#define UDYN_CLI_TRACE_OUTPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct udyn_output {
    FILE *stream; /* what is printed here is written with the next flush */
    int error;    /* why nothing can be written any more: -EPIPE if the reader is gone, or 0 */
    /* Private. */
    int fd;
    bool is_ours; /* no other process writes through the descriptor */
    bool is_socket;
    bool is_careful; /* a write might wait, and is made only where it would not */
    char *kept;
    size_t begin, end, capacity;
};

/* Begins to write to standard output. Returns 0 or a negative errno. */
int udyn_output_open(struct udyn_output *output);

/* Writes as much as is taken of what was printed. */
void udyn_output_flush(struct udyn_output *output);

/* Is anything kept? Then nothing more should be printed. */
bool udyn_output_is_full(const struct udyn_output *output);

/* What to wait for, and what came of it: that there is room, or that the reader is gone. */
struct pollfd udyn_output_poll(const struct udyn_output *output);
void udyn_output_polled(struct udyn_output *output, short revents);

/* What is kept is dropped. */
void udyn_output_close(struct udyn_output *output);

#endif
