/* SPDX-License-Identifier: MIT */
#ifndef UDYN_LINUX_SITE_H
#define UDYN_LINUX_SITE_H

#include "arch/arch.h"

/*
 * Chooses the site for the running kernel, or the one that USDT_DYN_SITE names. Returns 0, or
 * -EINVAL with a sentence for a name that this processor does not have. Under the lock.
 */
int udyn_site_choose(const struct udyn_arch *arch, const struct udyn_site **site);

#endif
