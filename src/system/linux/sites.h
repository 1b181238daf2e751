/* SPDX-License-Identifier: MIT */
/* The probe sites of this process, as the kernel and debuggers write into them. */
#ifndef UDYN_LINUX_SITES_H
#define UDYN_LINUX_SITES_H

#include <stdbool.h>

#include "system/linux/image.h"

/* Has one of the images in the list a probe that a child which is forked now must see to? Under the
 * lock. */
bool udyn_sites_need_care(const struct udyn_linux_image *images);

/* Gives a forked child its own state of all images in the list, in_fork: in fork() itself, before
 * anybody can have attached to it. Under the lock. */
void udyn_sites_renew(struct udyn_linux_image *images, bool in_fork);

#endif
