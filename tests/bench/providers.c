/* SPDX-License-Identifier: MIT */
/* Many providers of one probe each, in time, memory, address space and descriptors. */
#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "measure.h"

/* The sum of a field of /proc/self/smaps for the mappings of our images, in KiB. */
static double sum_of_maps(const char *field)
{
    FILE *file = fopen("/proc/self/smaps", "re");
    char line[4600];
    bool is_image = false;
    double sum = 0;

    if (file == NULL)
        bench_fail("no /proc/self/smaps");
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strstr(line, "-") != NULL && strstr(line, " 00:") != NULL)
            is_image = strstr(line, "usdt-dyn") != NULL;
        else if (is_image && strncmp(line, field, strlen(field)) == 0)
            sum += strtod(line + strlen(field), NULL);
    }
    fclose(file);
    return sum;
}

static double count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    double count = -3; /* ., .. and the directory itself */

    if (directory == NULL)
        bench_fail("no /proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* What some providers take, of which each is loaded. */
struct costs {
    double time, space, pages, memory, descriptors;
};

static struct costs measure_providers(size_t count, usdt_dyn_backing backing)
{
    usdt_dyn_provider **providers = calloc(count, sizeof(*providers));
    double descriptors = count_descriptors();
    uint64_t start = bench_now();
    struct costs costs;
    char name[32];
    size_t i;

    if (providers == NULL)
        bench_fail("no memory");
    for (i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "bench_%zu", i);
        providers[i] = bench_new_provider(name, 1, backing);
        bench_load(providers[i]);
    }
    costs.time = (double)(bench_now() - start) / 1000;
    costs.space = sum_of_maps("Size:");
    costs.pages = costs.space * 1024 / (double)sysconf(_SC_PAGESIZE) / (double)count;
    costs.memory = sum_of_maps("Pss:");
    costs.descriptors = count_descriptors() - descriptors;
    for (i = 0; i < count; i++)
        usdt_dyn_provider_free(providers[i]);
    free(providers);
    return costs;
}

void bench_providers(size_t count, usdt_dyn_backing backing, const char *backing_name,
                     size_t rounds)
{
    static const struct {
        const char *what;
        const char *unit;
        size_t offset;
    } rows[] = {
        {"time", "us", offsetof(struct costs, time)},
        {"address space", "KiB", offsetof(struct costs, space)},
        {"address space of one", "pages", offsetof(struct costs, pages)},
        {"PSS", "KiB", offsetof(struct costs, memory)},
        {"descriptors", "", offsetof(struct costs, descriptors)},
    };
    static struct costs costs[ROUNDS_MAX];
    double figures[ROUNDS_MAX];
    char name[96];
    size_t row, i;

    for (i = 0; i < rounds; i++)
        costs[i] = measure_providers(count, backing);
    for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        for (i = 0; i < rounds; i++)
            memcpy(&figures[i], (const char *)&costs[i] + rows[row].offset, sizeof(figures[i]));
        snprintf(name, sizeof(name), "%zu %s, %s: %s", count, count == 1 ? "provider" : "providers",
                 backing_name, rows[row].what);
        bench_report("providers", name, rows[row].unit, figures, rounds);
    }
}
