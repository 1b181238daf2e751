/* SPDX-License-Identifier: MIT */
/* The library on another libc: images in each backing, made again and again, and fired. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usdt-dyn.h"

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__, __LINE__,            \
                    #condition, usdt_dyn_last_error());                                            \
            exit(EXIT_FAILURE);                                                                    \
        }                                                                                          \
    } while (0)

static const usdt_dyn_arg args[] = {
    {"a", USDT_DYN_INT8},   {"b", USDT_DYN_UINT8},  {"c", USDT_DYN_INT16},   {"d", USDT_DYN_UINT16},
    {"e", USDT_DYN_INT32},  {"f", USDT_DYN_UINT32}, {"g", USDT_DYN_INT64},   {"h", USDT_DYN_UINT64},
    {"i", USDT_DYN_DOUBLE}, {"j", USDT_DYN_STRING}, {"k", USDT_DYN_POINTER}, {"l", USDT_DYN_INT32},
};

/* Is the image mapped by that name? A memfd's descriptor is not what maps call it by. */
static int is_mapped(const char *name)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int found = 0;

    CHECK(maps != NULL);
    while (!found && fgets(line, sizeof(line), maps) != NULL)
        found = strstr(line, name) != NULL;
    CHECK(fclose(maps) == 0);
    return found;
}

/* As a tracer would: the semaphore goes up, the probe is fired, the semaphore goes down. */
static void enable_and_fire(const usdt_dyn_probe *probe)
{
    volatile uint16_t *semaphore = (volatile uint16_t *)(uintptr_t)usdt_dyn_probe_semaphore(probe);

    CHECK(semaphore != NULL && *semaphore == 0);
    *semaphore = 1;
    CHECK(usdt_dyn_enabled(probe));
    usdt_dyn_fire(probe, -1, 2, -3, 4, -5, 6, -7, 8, 9.5, "ten", NULL, -12);
    *semaphore = 0;
    CHECK(strcmp(usdt_dyn_last_error(), "") == 0);
}

/* musl's dlclose() unmaps nothing and its dlopen() knows what it has by device and inode: the next
 * image, on the descriptor that the last one had, must be another one. */
static void check_backing(usdt_dyn_backing backing, int round)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *first, *second;
    char name[32];
    const char *path;

    snprintf(name, sizeof(name), "on_musl_%d_%d", (int)backing, round);
    CHECK(usdt_dyn_provider_new(&provider, name) == 0);
    CHECK(usdt_dyn_provider_set_backing(provider, backing) == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &first, "first", args, 12) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    path = usdt_dyn_provider_path(provider);
    CHECK(path != NULL && is_mapped(backing == USDT_DYN_BACKING_MEMFD ? name : path));
    enable_and_fire(first);

    CHECK(usdt_dyn_provider_add_probe(provider, &second, "second", args, 12) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    enable_and_fire(second);
    enable_and_fire(first);
    CHECK(usdt_dyn_provider_unload(provider) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    usdt_dyn_provider_free(provider);
}

int main(void)
{
    int backing, round;

    CHECK(usdt_dyn_supported() == 1);
    for (round = 0; round < 3; round++)
        for (backing = USDT_DYN_BACKING_AUTO; backing <= USDT_DYN_BACKING_SHARED; backing++)
            check_backing((usdt_dyn_backing)backing, round);
    return EXIT_SUCCESS;
}
