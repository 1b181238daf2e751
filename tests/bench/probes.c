/* SPDX-License-Identifier: MIT */
#include "probes.h"

#include "measure.h"

usdt_dyn_probe *bench_probe(const char *provider, const char *name, size_t nargs, bool has_string,
                            usdt_dyn_detection detection)
{
    static const char *const names[USDT_DYN_MAX_ARGS] = {"a", "b", "c", "d", "e", "f",
                                                         "g", "h", "i", "j", "k", "l"};
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    usdt_dyn_provider *made;
    usdt_dyn_probe *probe;
    size_t i;

    for (i = 0; i < nargs; i++) {
        args[i].name = names[i];
        args[i].type = has_string && i + 1 == nargs ? USDT_DYN_STRING : USDT_DYN_INT64;
    }
    if (usdt_dyn_provider_new(&made, provider) < 0 ||
        usdt_dyn_provider_set_detection(made, detection) < 0 ||
        usdt_dyn_provider_add_probe(made, &probe, name, args, nargs) < 0 ||
        usdt_dyn_provider_load(made) < 0)
        bench_fail("no probe %s:%s: %s", provider, name, usdt_dyn_last_error());
    return probe;
}
