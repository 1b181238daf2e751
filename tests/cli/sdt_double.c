/* SPDX-License-Identifier: MIT */
/* A probe with a double, in a program of its own: its note keeps bpftrace up to 0.24 from reading a
 * file. Each line on its stdin fires it once. */
#include <stdio.h>
#include <sys/sdt.h>

static __attribute__((noinline)) void fire(double real, int round)
{
    DTRACE_PROBE2(sdt, real, real, round);
}

int main(void)
{
    char line[64];
    int round = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        round++;
        fire(round + 0.5, round);
        puts("done");
    }
    return 0;
}
