/* SPDX-License-Identifier: MIT */
/* The same probe twice, for same_code.sh: declared, and with a handle. */
#include <usdt-dyn.h>

USDT_DYN_PROBE(shipped, INT64, id, STRING, to);
static usdt_dyn_probe *handle;

#ifdef __cplusplus
extern "C" {
#endif
int make(usdt_dyn_provider *provider);
void emit(int id, const char *to);
void fire(int id, const char *to);
#ifdef __cplusplus
}
#endif

int make(usdt_dyn_provider *provider)
{
    return usdt_dyn_add(provider, shipped) +
           usdt_dyn_provider_add_probe(provider, &handle, "handle", NULL, 0);
}

void emit(int id, const char *to)
{
    usdt_dyn_emit(shipped, id, to);
}

void fire(int id, const char *to)
{
    usdt_dyn_fire(handle, id, to);
}
