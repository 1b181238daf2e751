/* SPDX-License-Identifier: MIT */
/* The time that passes, whatever the clock on the wall says. */
#ifndef UDYN_BASE_CLOCK_H
#define UDYN_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define UDYN_NS_PER_S  1000000000
#define UDYN_NS_PER_MS 1000000

/* Nanoseconds of CLOCK_MONOTONIC. Also in a signal handler. */
static inline uint64_t udyn_clock_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* it can't fail for this clock */
    return (uint64_t)now.tv_sec * UDYN_NS_PER_S + (uint64_t)now.tv_nsec;
}

static inline int64_t udyn_clock_ms(void)
{
    return (int64_t)(udyn_clock_ns() / UDYN_NS_PER_MS);
}

#endif
