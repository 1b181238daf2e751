/* SPDX-License-Identifier: MIT */
/*
 * How much of each string is fetched. A string begins with all pieces (pieces.h); those that it did
 * not need for a while are given up, and the next one that needs them is cut and has them fetched
 * again. So what is rare is shown whole, and what is frequent pays for what its strings need.
 *
 * Two events have the further pieces of all strings that want them: to switch an event off takes
 * the kernel 20 to 40 ms, at the end as well. A thread does it, for the reader must go on reading.
 */
#ifndef UDYN_CLI_KERNEL_DEPTH_H
#define UDYN_CLI_KERNEL_DEPTH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/kernel/pieces.h"
#include "cli/kernel/session.h"

struct udyn_depth_string;

struct udyn_depth {
    const struct udyn_session *session;
    struct udyn_depth_string *strings; /* as in the plan */
    bool is_used;                      /* some further piece is, or was, there */
    bool is_running;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows, and of which pieces are wanted */
    pthread_cond_t changed;
    bool is_stopping;
    struct udyn_session_event events[UDYN_PIECE_EVENTS]; /* with the id 0: not made yet */
    bool is_on[UDYN_PIECE_EVENTS];
    bool is_refused[UDYN_PIECE_EVENTS]; /* by the kernel: strings are cut there */
};

/* What a hit told of a string. */
struct udyn_depth_use {
    unsigned int had;   /* the last piece that was fetched */
    unsigned int needs; /* the last piece that it needs, as far as that is known */
    bool is_unreadable; /* it seems that nothing could be read */
};

/* To be called when all sites have been placed. */
void udyn_depth_open(struct udyn_depth *depth, const struct udyn_session *session);

/* Learns what a hit told of a string. */
void udyn_depth_learn(struct udyn_depth *depth, size_t string, const struct udyn_depth_use *use);

/* The event of a further piece that has this id, or NULL. */
const struct udyn_session_event *udyn_depth_event(struct udyn_depth *depth, uint16_t id);

/* Nothing is switched any more when this returns. */
void udyn_depth_stop(struct udyn_depth *depth);

void udyn_depth_close(struct udyn_depth *depth);

#endif
