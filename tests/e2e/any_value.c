/* SPDX-License-Identifier: MIT */
/*
 * any_value COUNT: fires strings that are none, then COUNT values of every kind through arguments
 * of every type, while another thread maps, protects and unmaps what some of them point at. Each
 * step waits for a line on stdin.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "usdt-dyn.h"

#define TYPES (USDT_DYN_DOUBLE + 1)
#define PAGE  4096
#define PAGES 64

static usdt_dyn_probe *probes[TYPES], *twelve;
static char *shifting; /* PAGES pages that the other thread changes all the time */

static bool load(void)
{
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    usdt_dyn_provider *provider;
    char name[16];
    int i;

    if (usdt_dyn_provider_new(&provider, "any") < 0)
        return false;
    for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
        args[i] = (usdt_dyn_arg){"a", i % 2 == 0 ? USDT_DYN_STRING : (usdt_dyn_type)(i % TYPES)};
    if (usdt_dyn_provider_add_probe(provider, &twelve, "twelve", args, USDT_DYN_MAX_ARGS) < 0)
        return false;
    for (i = 0; i < (int)TYPES; i++) {
        const usdt_dyn_arg arg = {"value", (usdt_dyn_type)i};

        snprintf(name, sizeof(name), "type%d", i);
        if (usdt_dyn_provider_add_probe(provider, &probes[i], name, &arg, 1) < 0)
            return false;
    }
    if (usdt_dyn_provider_load(provider) < 0)
        return false;
    printf("ready %s\n", usdt_dyn_provider_path(provider));
    fflush(stdout);
    return true;
}

static bool next_line(void)
{
    char line[16];

    return fgets(line, sizeof(line), stdin) != NULL;
}

static void fire_string(const void *string)
{
    uint64_t value = (uintptr_t)string;

    usdt_dyn_probe_fire(probes[USDT_DYN_STRING], &value, 1);
}

/* A page behind which there is none. */
static char *last_page(int protection)
{
    char *pages = mmap(NULL, 2 * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || munmap(pages + PAGE, PAGE) < 0)
        abort();
    return pages;
}

/* A mapping of a file that has become shorter: to read there is SIGBUS. */
static char *lost_page(void)
{
    char path[] = "/tmp/usdt-dyn-any.XXXXXX", *page;
    int fd = mkstemp(path);

    if (fd < 0 || unlink(path) < 0 || ftruncate(fd, PAGE) < 0)
        abort();
    page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    if (page == MAP_FAILED || ftruncate(fd, 0) < 0 || close(fd) < 0)
        abort();
    return page;
}

static void fire_what_is_no_string(void)
{
    char *unterminated = last_page(PROT_READ | PROT_WRITE) + PAGE - 8;

    memset(unterminated, 'x', 8);
    fire_string("good");
    fire_string(NULL);
    fire_string((void *)42);
    fire_string(last_page(PROT_NONE));
    fire_string(last_page(PROT_READ) + PAGE); /* unmapped */
    fire_string(unterminated);
    fire_string(lost_page());
    fire_string((void *)UINTPTR_MAX);
    fire_string((void *)(uintptr_t)0xffffffff81000000); /* the kernel's */
    fire_string((void *)(uintptr_t)0x8000000000000000); /* no address on any processor of today */
    fire_string("fine");
}

static void *shift(void *unused)
{
    unsigned int i;

    for (i = 0;; i = i * 1103515245 + 12345) {
        char *page = shifting + (i >> 8) % PAGES * PAGE;

        switch ((i >> 16) % 4) {
        case 0:
            (void)munmap(page, PAGE);
            break;
        case 1:
            (void)mprotect(page, PAGE, PROT_NONE);
            break;
        default:
            (void)mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                       -1, 0);
        }
    }
    return unused;
}

static uint64_t random64(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t any_value(void)
{
    uint64_t value = random64();

    switch (value >> 61) {
    case 0:
        return (uintptr_t)shifting + value % (PAGES * PAGE);
    case 1:
        return (uintptr_t)&value + value % (64 * 1024); /* the stack and what is above it */
    case 2:
        return value % 65536;
    case 3:
        return value & 0x7fffffffffff; /* an address, mostly of nothing */
    default:
        return value;
    }
}

static bool fire_any_values(unsigned long count)
{
    uint64_t values[USDT_DYN_MAX_ARGS];
    pthread_t thread;
    unsigned long n;
    size_t i;

    shifting = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (shifting == MAP_FAILED || pthread_create(&thread, NULL, shift, NULL) != 0)
        return false;
    for (n = 0; n < count; n++) {
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
            values[i] = any_value();
        if (n % 16 == 0)
            usdt_dyn_probe_fire(twelve, values, USDT_DYN_MAX_ARGS);
        else
            usdt_dyn_probe_fire(probes[n % TYPES], values, 1);
    }
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 2 || !load() || !next_line())
        return 2;
    fire_what_is_no_string();
    puts("fired strings");
    fflush(stdout);
    if (!next_line() || !fire_any_values(strtoul(argv[1], NULL, 10)))
        return 2;
    printf("lived %s\n", argv[1]);
    return 0;
}
