/* SPDX-License-Identifier: MIT */
/*
 * A program to be traced: for each line "COUNT RATE" on its stdin it fires so many events with a
 * number and a text, at most RATE a second (0: as fast as it can), and prints "fired COUNT in NS
 * ns".
 */
#include <stdio.h>
#include <time.h>

#include <usdt-dyn.h>

#include "measure.h"

static void wait_until(uint64_t when)
{
    struct timespec moment = {.tv_sec = (time_t)(when / 1000000000),
                              .tv_nsec = (long)(when % 1000000000)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) != 0)
        ;
}

static void fire(const usdt_dyn_probe *probe, unsigned long long count, double rate)
{
    uint64_t start = bench_now();

    for (uint64_t i = 0; i < count; i++) {
        /* In portions of a millisecond; one that is late catches up. */
        uint64_t due = rate > 0 ? start + (uint64_t)((double)i / rate * 1e9) : 0;

        if (due != 0 && due > bench_now() + 1000000)
            wait_until(due);
        usdt_dyn_fire(probe, i, "some text");
    }
    printf("fired %llu in %llu ns\n", count, (unsigned long long)(bench_now() - start));
    fflush(stdout);
}

int main(void)
{
    static const usdt_dyn_arg args[] = {{"number", USDT_DYN_UINT64}, {"text", USDT_DYN_STRING}};
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    unsigned long long count;
    double rate;

    if (usdt_dyn_provider_new(&provider, "bench_events") < 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "fired", args, 2) < 0 ||
        usdt_dyn_provider_load(provider) < 0)
        bench_fail("no probe: %s", usdt_dyn_last_error());
    puts("ready");
    fflush(stdout);
    while (scanf("%llu %lf", &count, &rate) == 2)
        fire(probe, count, rate);
    usdt_dyn_provider_free(provider);
    return 0;
}
