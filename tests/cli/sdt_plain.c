/* SPDX-License-Identifier: MIT */
/* The probes without semaphores: a file has either kind. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/sdt.h>

void fire_without_semaphores(int round);

static volatile int32_t counter;
static volatile int64_t table[8];
volatile uint16_t sdt_shared = 40000;

static __attribute__((noinline)) void fire_wide(int8_t a, uint8_t b, int16_t c, uint16_t d,
                                                int32_t e, uint32_t f, int64_t g, uint64_t h,
                                                const char *text)
{
    DTRACE_PROBE12(sdt, wide, a, b, c, d, e, f, g, h, text, counter, sdt_shared, -42);
    printf("wide %d %u %d %u %" PRId32 " %" PRIu32 " %" PRId64 " %" PRIu64 " %s %d %u %d\n", a, b,
           c, d, e, f, g, h, text, counter, sdt_shared, -42);
}

static __attribute__((noinline)) void fire_places(int64_t index)
{
    DTRACE_PROBE1(sdt, indexed, table[index]);
}

void fire_without_semaphores(int round)
{
    counter = round * 100000;
    table[round % 8] = -round;
    fire_wide((int8_t)-round, (uint8_t)(256 - round), (int16_t)(-1000 - round),
              (uint16_t)(65536 - round), -100000 - round, 4000000000U + (uint32_t)round,
              INT64_MIN + round, UINT64_MAX - (uint64_t)round, "text of the probe");
    fire_places(round % 8);
    DTRACE_PROBE(sdt, empty);
}
