/* SPDX-License-Identifier: MIT */
/*
 * Figures that can be trusted on a machine that others use too: the cases of a part are measured in
 * turn, round after round, so that what disturbs one disturbs all; a case's figure is the median of
 * its rounds, with the lowest and the highest beside it.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* One case: run() is called once a round and returns its figure for that round. */
struct bench_case {
    const char *name;
    double (*run)(const void *context);
    const void *context;
    const char *unit;
};

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t bench_now(void);

/* Runs the cases in turn for `rounds` rounds and prints a line of JSON for each of them. */
void bench_run(const char *part, const struct bench_case *cases, size_t count, size_t rounds);

/* Prints one line of JSON for figures that were taken elsewhere; sorts them. */
void bench_report(const char *part, const char *name, const char *unit, double *figures,
                  size_t count);

/* The number of iterations, or a hundredth of it with BENCH_QUICK=1 in the environment, which also
 * makes three rounds do: to see that it runs. */
uint64_t bench_scaled(uint64_t iterations);

/* Ends the program with a message. */
__attribute__((noreturn, format(printf, 1, 2))) void bench_fail(const char *format, ...);

#endif
