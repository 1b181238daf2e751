/* SPDX-License-Identifier: MIT */
/* A child may be forked at any moment by another thread: each change of the list is one store. */
#include "system/linux/images.h"

static struct udyn_linux_image *images;

void udyn_images_add(struct udyn_linux_image *image)
{
    image->next = images;
    __atomic_store_n(&images, image, __ATOMIC_RELEASE);
}

void udyn_images_remove(struct udyn_linux_image *image)
{
    struct udyn_linux_image **link;

    for (link = &images; *link != NULL; link = &(*link)->next) {
        if (*link == image) {
            __atomic_store_n(link, image->next, __ATOMIC_RELEASE);
            return;
        }
    }
}

struct udyn_linux_image *udyn_images(void)
{
    return images;
}
