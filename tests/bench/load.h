/* SPDX-License-Identifier: MIT */
/* The parts of the benchmark of loading. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stddef.h>

#include <usdt-dyn.h>

/* The most rounds of a case. */
#define ROUNDS_MAX 101

/* A provider with probes of two arguments, not loaded. Ends the program if it can't be had. */
usdt_dyn_provider *bench_new_provider(const char *name, size_t probes, usdt_dyn_backing backing);

/* Loads it, or ends the program. */
void bench_load(usdt_dyn_provider *provider);

/* The first load of a process, each in a child of this one, which must not have loaded yet. */
void bench_first_load(size_t rounds);

/* `count` providers of one probe each. */
void bench_providers(size_t count, usdt_dyn_backing backing, const char *backing_name,
                     size_t rounds);

#endif
