/* SPDX-License-Identifier: MIT */
/* Opens of images where nothing tells of them: a watch looks at the semaphores more often. */
#include "system/system.h"

void udyn_opens_follow(struct udyn_image *image)
{
    (void)image;
}

bool udyn_opens_take(void)
{
    return false;
}

void udyn_opens_stop(void)
{
}
