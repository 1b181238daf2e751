/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <dlfcn.h>
#include <string.h>

#include "measure.h"

static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);

    if (address == NULL)
        bench_fail("libstapsdt has no %s", name);
    memcpy(function, &address, sizeof(address));
}

bool peer_open(struct peer *peer)
{
    const char *path = USDT_DYN_BENCH_LIBSTAPSDT;
    void *library;

    if (path[0] == '\0')
        return false;
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        bench_fail("cannot open libstapsdt: %s", dlerror());
    find(library, "providerInit", &peer->provider_init);
    find(library, "providerAddProbe", &peer->provider_add_probe);
    find(library, "providerLoad", &peer->provider_load);
    find(library, "providerDestroy", &peer->provider_destroy);
    find(library, "probeIsEnabled", &peer->probe_is_enabled);
    find(library, "probeFire", &peer->probe_fire);
    return true;
}
