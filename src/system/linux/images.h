/* SPDX-License-Identifier: MIT */
/* The list of the images of this process. Under the lock. */
#ifndef UDYN_LINUX_IMAGES_H
#define UDYN_LINUX_IMAGES_H

#include "system/linux/image.h"

void udyn_images_add(struct udyn_linux_image *image);
void udyn_images_remove(struct udyn_linux_image *image);

/* The first of them, or NULL. */
struct udyn_linux_image *udyn_images(void);

#endif
