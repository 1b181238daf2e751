/* SPDX-License-Identifier: MIT */
/*
 * The contract between the portable core and the system under it. system/linux fulfils it with
 * images in memory; system/none does nothing, for systems without uprobes.
 */
#ifndef UDYN_SYSTEM_H
#define UDYN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/provider.h"

/* Returns 1, or 0 with a sentence, like usdt_dyn_supported(). */
int udyn_system_supported(void);

/*
 * The one lock of the library. It guards everything but the fields that a fire reads. It is free in
 * a forked child, whoever held it in the parent. Returns 0 or a negative errno with a sentence.
 */
int udyn_system_lock(void);
void udyn_system_unlock(void);

/* An image as the core sees it: a link in the list of a provider's images, newest first. */
struct udyn_image {
    struct udyn_image *next;
};

/*
 * Makes one image for `count` probes of a provider that have none, maps it and shows it to tracers.
 * The probes themselves are not touched. Under the lock.
 * Returns 0, or a negative errno with a sentence and nothing left behind.
 */
int udyn_image_make(struct udyn_image **image, const struct usdt_dyn_provider *provider,
                    struct udyn_probe *const *probes, size_t count);

/* Hides an image from tracers and shows it again. Under the lock. Returns 0 or a negative errno. */
int udyn_image_hide(struct udyn_image *image);
int udyn_image_show(struct udyn_image *image);

/* Unmaps an image, removes its file and frees it. Under the lock. */
void udyn_image_free(struct udyn_image *image);

/* The path of an image for a tracer; belongs to the image. */
const char *udyn_image_path(const struct udyn_image *image);

/* What the probe at `position` of the image needs: its site, its semaphore (NULL if the image has
 * none) and the first two bytes of a site that nobody traces. */
const void *udyn_image_site(const struct udyn_image *image, size_t position);
const volatile uint16_t *udyn_image_semaphore(const struct udyn_image *image, size_t position);
uint16_t udyn_image_pristine(const struct udyn_image *image);

/*
 * Called before a site is called, with the probe found enabled. False: do not call the site. In a
 * forked child this makes the sites safe to call first, see system/linux/fork.c.
 */
bool udyn_system_may_fire(const struct udyn_probe *probe);

#endif
