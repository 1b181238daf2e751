/* SPDX-License-Identifier: MIT */
/* Prints what a failed usdt_dyn_provider_add_probe() leaves as its probe. */
#include <stdio.h>
#include <usdt-dyn.h>

int main(void)
{
    usdt_dyn_probe *probe;

    if (usdt_dyn_provider_add_probe(NULL, &probe, "p", NULL, 0) == 0)
        return 1;
    puts(probe == NULL ? "NULL" : usdt_dyn_enabled(probe) ? "enabled" : "never enabled");
    return 0;
}
