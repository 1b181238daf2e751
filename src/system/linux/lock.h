/* SPDX-License-Identifier: MIT */
/* Under the contract of system/system.h: the lock itself, slow work, and what notices a fork. It
 * knows nothing of what it guards. */
#ifndef UDYN_LINUX_LOCK_H
#define UDYN_LINUX_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Takes the lock. Returns 0 or a negative errno with a sentence: -EDEADLK in a signal handler that
 * has interrupted this library, or -ENOMEM. */
int udyn_lock_take(void);
void udyn_lock_give_back(void);

/* Has a signal handler that runs now interrupted this library? Then it can't have the lock. */
bool udyn_lock_is_interrupted(void);

/*
 * Does what the lock guards belong to this process alone? False in a child from its fork on,
 * whichever way it was forked, until udyn_lock_take_over(), and in a process that has not used the
 * library yet. Without the lock, also in a signal handler.
 */
bool udyn_lock_is_own(void);

/* Under the lock: this process has made its own what it inherited. The generation counts up. */
void udyn_lock_take_over(void);

/* False where the kernel can't tell the library that it was forked: then no site may be used that
 * a child must renew. */
bool udyn_lock_notices_fork(void);

/* Words that are all 0 in a forked child, whichever way it was forked. NULL in a process that has
 * not used the library yet. Without the lock, also in a signal handler. */
#define UDYN_WIPED_WORDS 16
uint64_t *udyn_lock_wiped_words(void);

/* Before a fork, under the lock, which it keeps: waits for slow work to end, but not for ever. */
void udyn_lock_begin_fork(void);

/* After it, in either process, if udyn_lock_begin_fork() was called: gives the lock back. */
void udyn_lock_end_fork_in_parent(void);
void udyn_lock_end_fork_in_child(void);

#endif
