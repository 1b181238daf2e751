/* SPDX-License-Identifier: MIT */
/* A loop around a sys/sdt.h probe with semaphore and two arguments. */
#ifndef BENCH_DISABLED_SDT_H
#define BENCH_DISABLED_SDT_H

#include <stdint.h>

void bench_sdt_semaphore(uint64_t passes);

#endif
