/* SPDX-License-Identifier: MIT */
/* What the library keeps for the process: its images, and whether it was forked since. */
#ifndef UDYN_LINUX_PROCESS_H
#define UDYN_LINUX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "system/linux/image.h"

/*
 * Counts the forks that lie between the process that first used the library and this one. What was
 * made in another generation belongs to another process as well: its files are not ours to change
 * or to remove. Under the lock.
 */
uint32_t udyn_process_generation(void);

/* False where the kernel can't tell the library that it was forked: then no site may be used that
 * needs the cure. */
bool udyn_process_notices_fork(void);

/* Adds an image to those of the process, removes it, finds one by its path. Under the lock. */
void udyn_process_add_image(struct udyn_linux_image *image);
void udyn_process_remove_image(struct udyn_linux_image *image);
bool udyn_process_has_path(const char *path);

#endif
