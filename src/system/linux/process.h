/* SPDX-License-Identifier: MIT */
/* What the library keeps for the process: its images, and whether it was forked since. */
#ifndef UDYN_LINUX_PROCESS_H
#define UDYN_LINUX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "system/linux/image.h"

/* False where the kernel can't tell the library that it was forked: then no site may be used that
 * needs the cure. */
bool udyn_process_notices_fork(void);

/* Adds an image to those of the process, removes it, gives the first of them, finds one by its
 * path. Under the lock. */
void udyn_process_add_image(struct udyn_linux_image *image);
void udyn_process_remove_image(struct udyn_linux_image *image);
struct udyn_linux_image *udyn_process_images(void);
bool udyn_process_has_path(const char *path);

#endif
