/* SPDX-License-Identifier: MIT */
/* Probes of libbpf's usdt.h with two arguments, if this build was given a path to that header
 * (USDT_DYN_BENCH_LIBBPF_USDT): BENCH_HAS_LIBBPF_USDT is 1 then. */
#ifndef BENCH_LIBBPF_USDT_H
#define BENCH_LIBBPF_USDT_H

#include <stdbool.h>
#include <stdint.h>

/* Loops around a disabled probe without and with semaphore. */
void bench_libbpf_plain(uint64_t passes);
void bench_libbpf_checked(uint64_t passes);

/* bench_libbpf:hit, with semaphore. */
void bench_libbpf_hit(void);
bool bench_libbpf_is_enabled(void);

#endif
