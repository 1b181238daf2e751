/* SPDX-License-Identifier: MIT */
#include "libbpf_usdt.h"

#include <usdt.h>

void bench_libbpf_plain(uint64_t passes)
{
    for (uint64_t i = 0; i < passes; i++) {
        USDT(bench_libbpf, plain, i, passes);
        __asm__ volatile("" : : : "memory");
    }
}

void bench_libbpf_checked(uint64_t passes)
{
    for (uint64_t i = 0; i < passes; i++) {
        if (__builtin_expect(USDT_IS_ACTIVE(bench_libbpf, checked), 0))
            USDT_WITH_SEMA(bench_libbpf, checked, i, passes);
        __asm__ volatile("" : : : "memory");
    }
}

bool bench_libbpf_is_enabled(void)
{
    return USDT_IS_ACTIVE(bench_libbpf, hit);
}

void bench_libbpf_hit(void)
{
    if (bench_libbpf_is_enabled())
        USDT_WITH_SEMA(bench_libbpf, hit, 1, 2);
}
