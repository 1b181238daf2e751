/* SPDX-License-Identifier: MIT */
/*
 * What a process pays that has done nothing with the library before. Its memory is new: the kernel
 * has to find each page at its first touch, which is counted, and timed by itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "measure.h"

struct first {
    double add, load, faults, fault_time; /* microseconds; page faults; microseconds of one */
};

static double count_faults(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) < 0)
        bench_fail("no getrusage");
    return (double)usage.ru_minflt;
}

static double time_fault(void)
{
    const size_t pages = 1000, page = (size_t)sysconf(_SC_PAGESIZE);
    void *memory =
        mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile char *bytes = memory;
    uint64_t start;
    size_t i;

    /* As malloc()'s pages are: small ones. */
    if (memory == MAP_FAILED || madvise(memory, pages * page, MADV_NOHUGEPAGE) < 0)
        bench_fail("no memory");
    start = bench_now();
    for (i = 0; i < pages; i++)
        bytes[i * page] = 1;
    return (double)(bench_now() - start) / 1000 / (double)pages;
}

static struct first measure(size_t probes)
{
    double faults = count_faults();
    uint64_t start = bench_now(), added, loaded;
    usdt_dyn_provider *provider = bench_new_provider("bench_first", probes, USDT_DYN_BACKING_AUTO);
    struct first first;

    added = bench_now();
    bench_load(provider);
    loaded = bench_now();
    first.add = (double)(added - start) / 1000;
    first.load = (double)(loaded - added) / 1000;
    first.faults = count_faults() - faults;
    usdt_dyn_provider_free(provider);
    first.fault_time = time_fault();
    return first;
}

static struct first measure_in_child(size_t probes)
{
    struct first first;
    int ends[2], status;
    pid_t child;

    if (pipe(ends) < 0 || (child = fork()) < 0)
        bench_fail("no child to measure in");
    if (child == 0) {
        first = measure(probes);
        _exit(write(ends[1], &first, sizeof(first)) == sizeof(first) ? 0 : 1);
    }
    if (waitpid(child, &status, 0) != child || status != 0 ||
        read(ends[0], &first, sizeof(first)) != sizeof(first))
        bench_fail("the first load of a process failed");
    close(ends[0]);
    close(ends[1]);
    return first;
}

void bench_first_load(size_t rounds)
{
    static const size_t probes[] = {1, 1000, 10000};
    static struct first firsts[3][ROUNDS_MAX];
    double figures[ROUNDS_MAX];
    char name[64];
    size_t i, round;

#define REPORT(what, unit, figure)                                                                 \
    do {                                                                                           \
        for (round = 0; round < rounds; round++)                                                   \
            figures[round] = (figure);                                                             \
        snprintf(name, sizeof(name), "%zu %s: %s", probes[i], probes[i] == 1 ? "probe" : "probes", \
                 what);                                                                            \
        bench_report("first load", name, unit, figures, rounds);                                   \
    } while (0)

    for (round = 0; round < rounds; round++)
        for (i = 0; i < 3; i++)
            firsts[i][round] = measure_in_child(probes[i]);
    for (i = 0; i < 3; i++) {
        REPORT("add", "us", firsts[i][round].add);
        REPORT("load", "us", firsts[i][round].load);
        REPORT("page faults of both", "faults", firsts[i][round].faults);
        REPORT("these faults alone", "us", firsts[i][round].faults * firsts[i][round].fault_time);
    }
    i = 2;
    REPORT("load of a probe to that of 1000", "x",
           firsts[2][round].load / 10 / firsts[1][round].load);
}
