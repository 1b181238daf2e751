/* SPDX-License-Identifier: MIT */
/* A plugin as programs dlopen() them: it has its probes from its constructor on, which runs under
 * the lock of the dynamic linker. */
#include <stdlib.h>

#include <usdt-dyn.h>

static usdt_dyn_provider *provider;

__attribute__((constructor)) static void begin(void)
{
    usdt_dyn_probe *probe;

    if (usdt_dyn_provider_new(&provider, "plugin") < 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) < 0 ||
        usdt_dyn_provider_load(provider) < 0)
        abort();
}

__attribute__((destructor)) static void end(void)
{
    usdt_dyn_provider_free(provider);
}
