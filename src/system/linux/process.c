/* SPDX-License-Identifier: MIT */
/* The images of the process, and what it does when it finds itself forked, and at exit. */
#include "system/linux/process.h"

#include <string.h>

#include "system/linux/lock.h"
#include "system/linux/private_file.h"
#include "system/linux/sites.h"

static uint32_t generation;
static struct udyn_linux_image *images;
static bool is_exiting; /* under the lock */

void udyn_process_renew(bool in_fork)
{
    udyn_sites_renew(images, in_fork);
    __atomic_store_n(&generation, generation + 1, __ATOMIC_RELAXED);
    udyn_lock_set_known();
}

uint32_t udyn_process_generation(void)
{
    return __atomic_load_n(&generation, __ATOMIC_RELAXED);
}

bool udyn_process_is(uint32_t of)
{
    return udyn_lock_is_known() && udyn_process_generation() == of;
}

bool udyn_process_is_exiting(void)
{
    return is_exiting;
}

/* A child may be forked at any moment by another thread: each change of the list is one store. */
void udyn_process_add_image(struct udyn_linux_image *image)
{
    image->next = images;
    __atomic_store_n(&images, image, __ATOMIC_RELEASE);
}

void udyn_process_remove_image(struct udyn_linux_image *image)
{
    struct udyn_linux_image **link;

    for (link = &images; *link != NULL; link = &(*link)->next) {
        if (*link == image) {
            __atomic_store_n(link, image->next, __ATOMIC_RELEASE);
            return;
        }
    }
}

struct udyn_linux_image *udyn_process_images(void)
{
    return images;
}

bool udyn_process_has_path(const char *path)
{
    const struct udyn_linux_image *image;

    for (image = images; image != NULL; image = image->next)
        if (strcmp(image->file.path, path) == 0)
            return true;
    return false;
}

/* At exit the private files of this process go; what it inherited is its parent's. */
__attribute__((destructor)) static void remove_files_at_exit(void)
{
    if (!udyn_lock_is_known() || udyn_system_lock() < 0)
        return;
    is_exiting = true;
    udyn_private_folders_remove();
    udyn_system_unlock();
}
