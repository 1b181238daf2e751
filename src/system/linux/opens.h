/* SPDX-License-Identifier: MIT */
#ifndef UDYN_LINUX_OPENS_H
#define UDYN_LINUX_OPENS_H

#include "system/linux/image.h"

/* The descriptor that is readable after an image was opened, or -1. Without the lock. */
int udyn_opens_descriptor(void);

/* The image is about to be freed. Under the lock. */
void udyn_opens_forget(const struct udyn_linux_image *image);

#endif
