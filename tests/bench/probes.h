/* SPDX-License-Identifier: MIT */
/* Probes to measure. */
#ifndef BENCH_PROBES_H
#define BENCH_PROBES_H

#include <stddef.h>

#include <usdt-dyn.h>

/* A provider with one probe of `nargs` int64 arguments, the last of them a string if asked, loaded.
 * Ends the program if it can't be had. */
usdt_dyn_probe *bench_probe(const char *provider, const char *name, size_t nargs, bool has_string,
                            usdt_dyn_detection detection);

#endif
