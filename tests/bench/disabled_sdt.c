/* SPDX-License-Identifier: MIT */
#include "disabled_sdt.h"

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

/* As dtrace(1) declares it: a word that tracers count up. */
__extension__ unsigned short bench_checked_semaphore __attribute__((unused, section(".probes")));

void bench_sdt_semaphore(uint64_t passes)
{
    for (uint64_t i = 0; i < passes; i++) {
        if (__builtin_expect(*(volatile unsigned short *)&bench_checked_semaphore, 0))
            DTRACE_PROBE2(bench, checked, i, passes);
        __asm__ volatile("" : : : "memory");
    }
}
