/* SPDX-License-Identifier: MIT */
#include "enabled_sdt.h"

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

__extension__ unsigned short bench_checked_semaphore __attribute__((unused, section(".probes")));

bool bench_sdt_is_enabled(void)
{
    return *(volatile unsigned short *)&bench_checked_semaphore != 0;
}

void bench_sdt_hit(void)
{
    if (bench_sdt_is_enabled())
        DTRACE_PROBE2(bench, checked, 1, 2);
}
