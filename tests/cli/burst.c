/* SPDX-License-Identifier: MIT */
/*
 * Fires numbered events at a steady rate: burst RATE SECONDS. It says "ready", waits until a tracer
 * is attached, and says how many events it has fired and how long that took, in milliseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "usdt-dyn.h"

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void wait_until(uint64_t when)
{
    struct timespec moment = {.tv_sec = (time_t)(when / 1000000000),
                              .tv_nsec = (long)(when % 1000000000)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) != 0)
        ;
}

int main(int argc, char **argv)
{
    static const usdt_dyn_arg args[] = {{"number", USDT_DYN_UINT64}, {"text", USDT_DYN_STRING}};
    double rate = argc == 3 ? strtod(argv[1], NULL) : 0;
    double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;
    uint64_t total = (uint64_t)(rate * seconds);
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    uint64_t limit = (uint64_t)(seconds * 4e9);
    uint64_t i, start;

    if (total == 0 || usdt_dyn_provider_new(&provider, "burst") != 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "fired", args, 2) != 0 ||
        usdt_dyn_provider_load(provider) != 0) {
        fprintf(stderr, "burst RATE SECONDS: %s\n", usdt_dyn_last_error());
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (i = 0; !usdt_dyn_enabled(probe); i++) {
        if (i == 20000)
            return 1;
        wait_until(now_ns() + 1000000);
    }
    start = now_ns();
    /* A machine that can't keep the rate ends it after some time, too. */
    for (i = 0; i < total && (i % 1024 != 0 || now_ns() < start + limit); i++) {
        uint64_t due = start + (uint64_t)((double)i / rate * 1e9);

        /* In portions of a millisecond; one that is late catches up. */
        if (due > now_ns() + 1000000)
            wait_until(due);
        usdt_dyn_fire(probe, i, "some text");
    }
    printf("fired %llu in %llu ms\n", (unsigned long long)i,
           (unsigned long long)((now_ns() - start) / 1000000));
    fflush(stdout);
    usdt_dyn_provider_free(provider);
    return 0;
}
