/* SPDX-License-Identifier: MIT */
/*
 * A program with the probes of sys/sdt.h: with and without semaphores, 12 arguments of all widths,
 * and all the places a compiler finds for them. Each line on its stdin fires all of them once; it
 * prints the values of `wide` as a tracer should see them.
 */
#define _SDT_HAS_SEMAPHORES 1
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sdt.h>

/* What sys/sdt.h wants of a file with semaphores: one for each probe of the file. */
#define SEMAPHORE(probe)                                                                           \
    __extension__ unsigned short sdt_##probe##_semaphore __attribute__((section(".probes"), used))

SEMAPHORE(guarded);
SEMAPHORE(twice);

void fire_without_semaphores(int round);

static void fire_guarded(int round, const char *text)
{
    if (__builtin_expect(sdt_guarded_semaphore != 0, 0))
        DTRACE_PROBE2(sdt, guarded, round, text);
}

static __attribute__((noinline)) void fire_twice(int round)
{
    DTRACE_PROBE1(sdt, twice, round);
    DTRACE_PROBE1(sdt, twice, (int64_t)round * 1000);
}

int main(void)
{
    char line[64];
    int round = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        round++;
        line[strcspn(line, "\n")] = '\0';
        fire_guarded(round, line);
        fire_twice(round);
        fire_without_semaphores(round);
        puts("done");
    }
    return 0;
}
