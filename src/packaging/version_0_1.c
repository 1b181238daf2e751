/* SPDX-License-Identifier: MIT */
/* What a program finds that was linked with 0.1, where a newer version has changed the meaning of a
 * function. In the shared library alone: a static one is as old as its program. */
#include <stddef.h>

#include "usdt-dyn.h"

USDT_DYN_API int udyn_add_probe_0_1(usdt_dyn_provider *provider, usdt_dyn_probe **probe,
                                    const char *name, const usdt_dyn_arg *args, size_t nargs);
__asm__(".symver udyn_add_probe_0_1, usdt_dyn_provider_add_probe@USDT_DYN_0.1");

/* After a failure the probe was NULL. */
int udyn_add_probe_0_1(usdt_dyn_provider *provider, usdt_dyn_probe **probe, const char *name,
                       const usdt_dyn_arg *args, size_t nargs)
{
    int error = usdt_dyn_provider_add_probe(provider, probe, name, args, nargs);

    if (error < 0 && probe != NULL)
        *probe = NULL;
    return error;
}
