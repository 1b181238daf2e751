/* SPDX-License-Identifier: MIT */
/* What a provider does for the watches that look at it. All under the lock. */
#ifndef UDYN_CORE_WATCH_H
#define UDYN_CORE_WATCH_H

#include "core/provider.h"

/* Makes room in the watches for all probes that the provider has now. Returns 0 or -ENOMEM with a
 * sentence. */
int udyn_watch_reserve(const struct usdt_dyn_provider *provider);

/* The provider has a new image: those who wait are to look at it. */
void udyn_watch_published(const struct usdt_dyn_provider *provider);

/* Takes the provider, which is about to be freed, out of its watches. */
void udyn_watch_forget(struct usdt_dyn_provider *provider);

#endif
