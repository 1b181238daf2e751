/* SPDX-License-Identifier: MIT */
/* What a hit costs in C, for the benchmark of the gem: on the same probe, in the same process. */
#include <time.h>
#include <usdt-dyn.h>

uint64_t bench_hits_ns(const usdt_dyn_probe *probe, uint64_t hits);

static uint64_t now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* it can't fail for this clock */
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Returns how long so many fires of two integers take. */
USDT_DYN_API uint64_t bench_hits_ns(const usdt_dyn_probe *probe, uint64_t hits)
{
    uint64_t start = now_ns();
    uint64_t i;

    for (i = 0; i < hits; i++)
        usdt_dyn_fire(probe, 1, i);
    return now_ns() - start;
}
