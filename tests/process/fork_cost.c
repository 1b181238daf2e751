/* SPDX-License-Identifier: MIT */
/*
 * What fork(2) costs with no image, with 100 images, and with as many mappings that have nothing to
 * do with the library: the kernel copies mappings, the library does next to nothing at fork. Prints
 * the three; fails if images cost more than twice what other mappings cost.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

#define IMAGES 100
#define ROUNDS 300

static int64_t now_ns(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The shortest of many: what other programs take does not count. */
static int64_t cost_of_fork(void)
{
    int64_t best = INT64_MAX;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        int64_t begin = now_ns(), cost;
        pid_t child = fork();

        if (child == 0)
            _exit(0);
        cost = now_ns() - begin;
        if (child < 0 || waitpid(child, NULL, 0) != child)
            return -1;
        if (cost < best)
            best = cost;
    }
    return best;
}

static int load_images(usdt_dyn_provider **providers, bool warm_up)
{
    usdt_dyn_probe *probe;
    char name[16];
    int i, error = 0;

    for (i = 0; i < (warm_up ? 1 : IMAGES) && error == 0; i++) {
        snprintf(name, sizeof(name), "cost%d", i);
        error = usdt_dyn_provider_new(&providers[i], name);
        if (error == 0)
            error = usdt_dyn_provider_add_probe(providers[i], &probe, "probe", NULL, 0);
        if (error == 0)
            error = usdt_dyn_provider_load(providers[i]);
    }
    return error;
}

/* Two mappings an image: its code, and its data with a page that was written to. */
static bool map_files(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    FILE *file = tmpfile();
    int i;

    if (file == NULL || ftruncate(fileno(file), 4 * (off_t)page) < 0)
        return false;
    for (i = 0; i < IMAGES; i++) {
        char *code = mmap(NULL, 2 * page, PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(file), 0);
        char *data = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(file), 0);

        if (code == MAP_FAILED || data == MAP_FAILED)
            return false;
        data[0] = 1;
    }
    return fclose(file) == 0;
}

int main(void)
{
    static usdt_dyn_provider *providers[IMAGES];
    int64_t none, images, mappings;
    int i;

    if (load_images(providers, true) < 0)
        return 2;
    usdt_dyn_provider_free(providers[0]);
    none = cost_of_fork();
    if (load_images(providers, false) < 0)
        return 2;
    images = cost_of_fork();
    for (i = 0; i < IMAGES; i++)
        usdt_dyn_provider_free(providers[i]);
    if (!map_files())
        return 2;
    mappings = cost_of_fork();
    printf("fork: %" PRId64 " us without images, %" PRId64 " us with %d, %" PRId64
           " us with as many other mappings; ratios %.2f and %.2f\n",
           none / 1000, images / 1000, IMAGES, mappings / 1000, (double)images / (double)none,
           (double)images / (double)mappings);
    return none > 0 && images <= 2 * mappings ? 0 : 1;
}
