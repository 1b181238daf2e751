/* SPDX-License-Identifier: MIT */
/*
 * Fires strings of any length, by probes of sys/sdt.h and of the library: a line "one LENGTH" on
 * its stdin fires one probe with one string of each kind, "two" two strings, "twelve" twelve;
 * "umlauts" one of two-byte characters, "many" one of two letters, LENGTH times, and "null" none so
 * often. Bad pointers are for sys/sdt.h alone: "at ADDRESS", and "end LENGTH" for so many letters
 * up to the end of what can be read. "cost LENGTH" tells what a hit of sys/sdt.h's takes, in
 * nanoseconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sdt.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

static usdt_dyn_probe *one, *two, *twelve;

static usdt_dyn_probe *add(usdt_dyn_provider *provider, const char *name, size_t count)
{
    static const char *const names[] = {"arg0", "arg1", "arg2", "arg3", "arg4",  "arg5",
                                        "arg6", "arg7", "arg8", "arg9", "arg10", "arg11"};
    usdt_dyn_arg args[12];
    usdt_dyn_probe *probe;
    size_t i;

    for (i = 0; i < count; i++) {
        args[i].name = names[i];
        args[i].type = USDT_DYN_STRING;
    }
    return usdt_dyn_provider_add_probe(provider, &probe, name, args, count) == 0 ? probe : NULL;
}

static char *letters(size_t length)
{
    char *text = malloc(length + 1);
    size_t i;

    if (text == NULL)
        exit(1);
    for (i = 0; i < length; i++)
        text[i] = (char)('a' + i % 26);
    text[length] = '\0';
    return text;
}

static char *umlauts(size_t length)
{
    char *text = malloc(2 * length + 1);
    size_t i;

    if (text == NULL)
        exit(1);
    for (i = 0; i < 2 * length; i += 2)
        memcpy(text + i, "\xc3\xa4", 2);
    text[2 * length] = '\0';
    return text;
}

static __attribute__((noinline)) void sdt_one(const char *text)
{
    DTRACE_PROBE1(sdt, one, text);
}

static void fire_one(const char *text)
{
    sdt_one(text);
    usdt_dyn_fire(one, text);
}

static __attribute__((noinline)) void fire_two(const char *t)
{
    DTRACE_PROBE2(sdt, two, t, t + 1);
    usdt_dyn_fire(two, t, t + 1);
}

static __attribute__((noinline)) void fire_twelve(const char *t)
{
    DTRACE_PROBE12(sdt, twelve, t, t, t, t, t, t, t, t, t, t, t, t);
    usdt_dyn_fire(twelve, t, t, t, t, t, t, t, t, t, t, t, t);
}

static void fire_end(size_t length)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || mprotect(pages + 2 * page, page, PROT_NONE) != 0)
        exit(1);
    memset(pages, 'a', 2 * page);
    sdt_one(pages + 2 * page - length);
    munmap(pages, 3 * page);
}

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The best of ten rounds. */
static void print_cost(const char *text)
{
    double best = 1e18, start;
    int round, i;

    for (round = 0; round < 10; round++) {
        start = now_ns();
        for (i = 0; i < 2000; i++)
            sdt_one(text);
        if ((now_ns() - start) / i < best)
            best = (now_ns() - start) / i;
    }
    printf("cost %.0f\n", best);
}

static void fire(const char *what, unsigned long number)
{
    char *text = strcmp(what, "umlauts") == 0 ? umlauts(number) : letters(number % (1 << 20));
    unsigned long i;

    if (strcmp(what, "one") == 0 || strcmp(what, "umlauts") == 0)
        fire_one(text);
    else if (strcmp(what, "two") == 0)
        fire_two(text);
    else if (strcmp(what, "twelve") == 0)
        fire_twelve(text);
    else if (strcmp(what, "end") == 0)
        fire_end(number);
    else if (strcmp(what, "cost") == 0)
        print_cost(text);
    else if (strcmp(what, "null") == 0)
        for (i = 0; i < number; i++)
            sdt_one(NULL);
    else if (strcmp(what, "at") == 0)
        sdt_one((const char *)number);
    else
        for (i = 0; i < number; i++)
            fire_one("ab");
    free(text);
}

int main(void)
{
    usdt_dyn_provider *provider;
    char line[64], what[16];
    unsigned long number;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (usdt_dyn_provider_new(&provider, "own") != 0 || (one = add(provider, "one", 1)) == NULL ||
        (two = add(provider, "two", 2)) == NULL || (twelve = add(provider, "twelve", 12)) == NULL ||
        usdt_dyn_provider_load(provider) != 0) {
        fprintf(stderr, "%s\n", usdt_dyn_last_error());
        return 1;
    }
    puts("ready");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (sscanf(line, "%15s %li", what, (long *)&number) != 2)
            return 1;
        fire(what, number);
        puts("done");
    }
    usdt_dyn_provider_free(provider);
    return 0;
}
