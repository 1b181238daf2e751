/* SPDX-License-Identifier: MIT */
/* Probes that the compiler checks, in C; typed.cpp is the same with usdt-dyn.hpp. Fires when it
 * gets a line, and ignores every error. */
#include <stdio.h>
#include <usdt-dyn.h>

USDT_DYN_PROBE(idle);
USDT_DYN_PROBE(shipped, INT64, id, STRING, to, INT8, left, DOUBLE, kg);
USDT_DYN_PROBE(twice, INT64, id);

int main(void)
{
    usdt_dyn_provider *provider;
    char line[16];

    usdt_dyn_emit(shipped, 1, "before it is added", 1, 1.0);
    (void)usdt_dyn_provider_new(&provider, "typed");
    (void)usdt_dyn_add(provider, idle);
    (void)usdt_dyn_add(provider, shipped);
    (void)usdt_dyn_add(provider, twice);
    (void)usdt_dyn_add(provider, twice);
    (void)usdt_dyn_provider_load(provider);
    puts("ready");
    fflush(stdout);
    if (fgets(line, sizeof(line), stdin) == NULL)
        return 1;
    usdt_dyn_emit(idle);
    usdt_dyn_emit(shipped, 42, "café", -1, 2.5);
    usdt_dyn_emit(shipped, -7L, NULL, 'x', 0.0);
    usdt_dyn_emit(twice, 2);
    usdt_dyn_provider_free(provider);
    usdt_dyn_emit(twice, 3);
    return 0;
}
