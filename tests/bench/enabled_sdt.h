/* SPDX-License-Identifier: MIT */
/* A sys/sdt.h probe, bench:checked, with semaphore and two arguments. */
#ifndef BENCH_ENABLED_SDT_H
#define BENCH_ENABLED_SDT_H

#include <stdbool.h>

void bench_sdt_hit(void);
bool bench_sdt_is_enabled(void);

#endif
