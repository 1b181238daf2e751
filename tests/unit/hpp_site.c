/* SPDX-License-Identifier: MIT */
#include "hpp_site.h"

#include <stdio.h>
#include <string.h>

#include "core/provider.h"
#include "support.h"

static uint64_t seen[USDT_DYN_MAX_ARGS];
static char texts[USDT_DYN_MAX_ARGS][8192];
static uint16_t strings;
static int calls;

static void record(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,
                   uint64_t g, uint64_t h, uint64_t i, uint64_t j, uint64_t k, uint64_t l)
{
    const uint64_t values[] = {a, b, c, d, e, f, g, h, i, j, k, l};
    size_t at;

    memcpy(seen, values, sizeof(seen));
    for (at = 0; at < USDT_DYN_MAX_ARGS; at++)
        if ((strings >> at & 1) != 0 && values[at] != 0)
            snprintf(texts[at], sizeof(texts[at]), "%s", (const char *)(uintptr_t)values[at]);
    calls++;
}

void hpp_enable(usdt_dyn_provider *provider, size_t position)
{
    provider->probes[position]->site = (const void *)(uintptr_t)record;
    strings = provider->probes[position]->strings;
    support_set_semaphore(&provider->probes[position]->head, 1);
}

const char *hpp_describe(const usdt_dyn_provider *provider, size_t position)
{
    static char text[512];
    const struct udyn_probe *probe = provider->probes[position];
    const char *name = probe->arg_names;
    size_t i, used;

    used = (size_t)snprintf(text, sizeof(text), "%s", probe->name);
    for (i = 0; i < probe->nargs; i++, name += strlen(name) + 1)
        used += (size_t)snprintf(text + used, sizeof(text) - used, " %s=%d", name, probe->types[i]);
    return text;
}

int hpp_calls(void)
{
    return calls;
}

uint64_t hpp_value(size_t position)
{
    return seen[position];
}

const char *hpp_text(size_t position)
{
    return texts[position];
}
