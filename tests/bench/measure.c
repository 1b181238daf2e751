/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t bench_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

void bench_fail(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    exit(1);
}

static int is_quick(void)
{
    const char *quick = getenv("BENCH_QUICK");

    return quick != NULL && strcmp(quick, "1") == 0;
}

uint64_t bench_scaled(uint64_t iterations)
{
    return is_quick() ? iterations / 100 + 1 : iterations;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bench_report(const char *part, const char *name, const char *unit, double *figures,
                  size_t count)
{
    qsort(figures, count, sizeof(*figures), compare);
    printf("{\"part\":\"%s\",\"case\":\"%s\",\"unit\":\"%s\",\"median\":%.4g,\"low\":%.4g,"
           "\"high\":%.4g,\"rounds\":%zu}\n",
           part, name, unit, figures[count / 2], figures[0], figures[count - 1], count);
    fflush(stdout);
}

void bench_run(const char *part, const struct bench_case *cases, size_t count, size_t rounds)
{
    double *figures;
    size_t round, i;

    if (is_quick())
        rounds = 3;
    figures = calloc(count * rounds, sizeof(*figures));
    if (figures == NULL)
        bench_fail("no memory for %zu figures", count * rounds);
    for (round = 0; round < rounds; round++)
        for (i = 0; i < count; i++)
            figures[i * rounds + round] = cases[i].run(cases[i].context);
    for (i = 0; i < count; i++)
        bench_report(part, cases[i].name, cases[i].unit, figures + i * rounds, rounds);
    free(figures);
}
