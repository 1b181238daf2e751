/* SPDX-License-Identifier: MIT */
/* What a program has to write, with every check that it can make by itself. Prints the version. */
#include <stdio.h>
#include <string.h>
#include <usdt-dyn.h>

int main(void)
{
    const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}, {"to", USDT_DYN_STRING}};
    usdt_dyn_provider *provider;
    usdt_dyn_probe *sent;

    if (usdt_dyn_provider_new(&provider, "consumer") < 0 ||
        usdt_dyn_provider_add_probe(provider, &sent, "sent", args, 2) < 0 ||
        usdt_dyn_provider_load(provider) < 0) {
        fprintf(stderr, "%s\n", usdt_dyn_last_error());
        return 1;
    }
    usdt_dyn_fire(sent, 42, "somebody");
    if (usdt_dyn_provider_path(provider) == NULL || usdt_dyn_probe_semaphore(sent) == NULL ||
        usdt_dyn_enabled(sent) || usdt_dyn_supported() != 1)
        return 2;
    if (usdt_dyn_provider_new(&provider, "9") == 0 ||
        strstr(usdt_dyn_last_error(), "\"9\"") == NULL)
        return 3;
    printf("%d.%d.%d %s\n", USDT_DYN_VERSION_MAJOR, USDT_DYN_VERSION_MINOR, USDT_DYN_VERSION_PATCH,
           usdt_dyn_version());
    return 0;
}
