/* SPDX-License-Identifier: MIT */
/* What the library keeps for the process: its images. */
#ifndef UDYN_LINUX_PROCESS_H
#define UDYN_LINUX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "system/linux/image.h"

/* Gives a forked child its own state of all images; the first who takes the lock does it. in_fork:
 * in fork() itself. */
void udyn_process_renew(bool in_fork);

/* Has exit() begun? Then nothing removes what is made now. Under the lock. */
bool udyn_process_is_exiting(void);

/* Adds an image to those of the process, removes it, gives the first of them, finds one by its
 * path. Under the lock. */
void udyn_process_add_image(struct udyn_linux_image *image);
void udyn_process_remove_image(struct udyn_linux_image *image);
struct udyn_linux_image *udyn_process_images(void);
bool udyn_process_has_path(const char *path);

#endif
