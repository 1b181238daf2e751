/* SPDX-License-Identifier: MIT */
/*
 * What one look of a watch costs with 10,000 probes, beside asking each probe by itself. Prints
 * both and their ratio; fails if the look is not the cheaper one.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "usdt-dyn.h"

#define PROBES 10000
#define ROUNDS 2000

static usdt_dyn_probe *probes[PROBES];

static int64_t now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int set_up(usdt_dyn_watch **watch, usdt_dyn_provider **provider)
{
    char name[16];
    int error = usdt_dyn_provider_new(provider, "many");
    size_t i;

    for (i = 0; i < PROBES && error == 0; i++) {
        snprintf(name, sizeof(name), "probe%zu", i);
        error = usdt_dyn_provider_add_probe(*provider, &probes[i], name, NULL, 0);
    }
    if (error == 0)
        error = usdt_dyn_provider_load(*provider);
    if (error == 0)
        error = usdt_dyn_watch_new(watch);
    if (error == 0)
        error = usdt_dyn_watch_add(*watch, *provider);
    return error;
}

int main(void)
{
    usdt_dyn_watch *watch;
    usdt_dyn_provider *provider;
    int64_t begin, look = INT64_MAX, ask = INT64_MAX;
    size_t i, enabled = 0;
    int round, changes = 0;

    if (set_up(&watch, &provider) < 0) {
        fprintf(stderr, "watch_cost: %s\n", usdt_dyn_last_error());
        return 1;
    }
    /* The best of many rounds each, in turns: what other programs take does not count. */
    for (round = 0; round < ROUNDS; round++) {
        begin = now_ns();
        changes += usdt_dyn_watch_wait(watch, 0);
        if (now_ns() - begin < look)
            look = now_ns() - begin;
        begin = now_ns();
        for (i = 0; i < PROBES; i++)
            enabled += usdt_dyn_probe_enabled(probes[i]);
        if (now_ns() - begin < ask)
            ask = now_ns() - begin;
    }
    usdt_dyn_watch_free(watch);
    usdt_dyn_provider_free(provider);
    printf("a look at %d probes: %" PRId64 " ns; asking each: %" PRId64 " ns; ratio %.1f\n", PROBES,
           look, ask, (double)ask / (double)look);
    return changes == 0 && enabled == 0 && look < ask ? 0 : 1;
}
