/* SPDX-License-Identifier: MIT */
/* Beside the lock of system/system.h: what notices a fork. */
#ifndef UDYN_LINUX_LOCK_H
#define UDYN_LINUX_LOCK_H

#include <stdbool.h>

/*
 * False in a child from its fork on, whichever way it was forked, until udyn_lock_set_known(). Also
 * false in a process that has not used the library yet. Without the lock, also in a signal handler.
 */
bool udyn_lock_is_known(void);

/* Under the lock: this process has renewed what it inherited. */
void udyn_lock_set_known(void);

/* False where the kernel can't tell the library that it was forked: then no site may be used that
 * needs the cure. */
bool udyn_lock_notices_fork(void);

#endif
