/* SPDX-License-Identifier: MIT */
/* The probe sites of this process, as the kernel and debuggers write into them. */
#ifndef UDYN_LINUX_SITES_H
#define UDYN_LINUX_SITES_H

#include <stdbool.h>

#include "system/linux/image.h"

/* Has one of the images in the list an enabled probe, at a site that a forked child must renew?
 * Under the lock. */
bool udyn_sites_are_traced(const struct udyn_linux_image *images);

/* Gives a forked child its own state of all images in the list. Under the lock. */
void udyn_sites_renew(struct udyn_linux_image *images);

#endif
