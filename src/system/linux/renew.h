/* SPDX-License-Identifier: MIT */
/* Sites that must be made anew before they may be called: in a forked child, and beside a debugger.
 */
#ifndef UDYN_LINUX_RENEW_H
#define UDYN_LINUX_RENEW_H

#include <stdbool.h>

#include "system/linux/image.h"

/* Has one of the images in the list a probe that a child which is forked now must see to? Under the
 * lock. */
bool udyn_renew_is_needed_after_fork(const struct udyn_linux_image *images);

/* Gives a forked child its own state of all images in the list, in_fork: in fork() itself, before
 * anybody can have attached to it. Under the lock. */
void udyn_renew_in_child(struct udyn_linux_image *images, bool in_fork);

/* Is there something at the site that udyn_renew_beside_debugger() must see to? Without the lock.
 */
bool udyn_renew_is_due(const struct udyn_linux_image *image, const void *site);

/* Makes the image anew if a debugger has spoilt the site and has gone; silences it until then.
 * Under the lock. */
void udyn_renew_beside_debugger(struct udyn_linux_image *image, const void *site);

/* May the sites of the image be called? Without the lock. */
bool udyn_renew_is_done(const struct udyn_linux_image *image);

#endif
