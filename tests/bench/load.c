/* SPDX-License-Identifier: MIT */
/*
 * What it costs to have probes: adding and loading 1 to 10,000 of them in one provider, and 1 to
 * 1,000 providers of one probe each, in time, memory, address space and descriptors. The floor is
 * what the system asks for the same file ready made: memfd_create, write, dlopen.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"
#include "peer.h"
#include "probes.h"

static const usdt_dyn_arg two_args[] = {{"id", USDT_DYN_INT64}, {"name", USDT_DYN_STRING}};

/* What is timed in one round for one number of probes, in microseconds. */
struct times {
    double add, load, floor, peer;
};

static usdt_dyn_provider *new_provider(const char *name, size_t probes, usdt_dyn_backing backing)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    char probe_name[32];
    size_t i;

    if (usdt_dyn_provider_new(&provider, name) < 0 ||
        usdt_dyn_provider_set_backing(provider, backing) < 0)
        bench_fail("no provider: %s", usdt_dyn_last_error());
    for (i = 0; i < probes; i++) {
        snprintf(probe_name, sizeof(probe_name), "probe_%zu", i);
        if (usdt_dyn_provider_add_probe(provider, &probe, probe_name, two_args, 2) < 0)
            bench_fail("no probe: %s", usdt_dyn_last_error());
    }
    return provider;
}

static void load(usdt_dyn_provider *provider)
{
    if (usdt_dyn_provider_load(provider) < 0)
        bench_fail("not loaded: %s", usdt_dyn_last_error());
}

static char *read_file(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    char *bytes;

    if (fd < 0 || fstat(fd, &status) < 0)
        bench_fail("cannot open %s", path);
    *size = (size_t)status.st_size;
    bytes = malloc(*size);
    if (bytes == NULL || read(fd, bytes, *size) != (ssize_t)*size)
        bench_fail("cannot read %s", path);
    close(fd);
    return bytes;
}

static double time_floor(const char *path)
{
    size_t size;
    char *bytes = read_file(path, &size);
    char name[64];
    uint64_t start = bench_now(), end;
    int fd = memfd_create("floor", MFD_CLOEXEC);
    void *handle;

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        bench_fail("no memfd");
    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
    handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    end = bench_now();
    if (handle == NULL)
        bench_fail("%s", dlerror());
    dlclose(handle);
    close(fd);
    free(bytes);
    return (double)(end - start) / 1000;
}

static double time_peer(const struct peer *peer, size_t probes)
{
    char name[32];
    uint64_t start;
    double time;
    void *provider = peer->provider_init("bench_peer");
    size_t i;

    for (i = 0; i < probes; i++) {
        snprintf(name, sizeof(name), "probe_%zu", i);
        peer->provider_add_probe(provider, name, 2, PEER_INT64, PEER_INT64);
    }
    start = bench_now();
    if (peer->provider_load(provider) != 0)
        bench_fail("libstapsdt could not load %zu probes", probes);
    time = (double)(bench_now() - start) / 1000;
    peer->provider_destroy(provider);
    return time;
}

static struct times time_probes(size_t probes, usdt_dyn_backing backing, const struct peer *peer)
{
    uint64_t start = bench_now(), added, loaded;
    usdt_dyn_provider *provider = new_provider("bench_load", probes, backing);
    struct times times = {0};

    added = bench_now();
    load(provider);
    loaded = bench_now();
    times.add = (double)(added - start) / 1000;
    times.load = (double)(loaded - added) / 1000;
    times.floor = time_floor(usdt_dyn_provider_path(provider));
    usdt_dyn_provider_free(provider);
    if (peer != NULL)
        times.peer = time_peer(peer, probes);
    return times;
}

static void report(size_t probes, const char *what, double *figures, size_t rounds)
{
    char name[64];

    snprintf(name, sizeof(name), "%zu probes, %s", probes, what);
    bench_report("load", name, "us", figures, rounds);
}

#define ROUNDS_MAX 101

static void bench_probes(size_t probes, size_t rounds, const struct peer *peer)
{
    static double add[ROUNDS_MAX], memfd[ROUNDS_MAX], file[ROUNDS_MAX], ground[ROUNDS_MAX],
        ratio[ROUNDS_MAX], other[ROUNDS_MAX];
    char name[64];
    size_t i;

    for (i = 0; i < rounds; i++) {
        struct times times = time_probes(probes, USDT_DYN_BACKING_MEMFD, peer);

        add[i] = times.add;
        memfd[i] = times.load;
        ground[i] = times.floor;
        other[i] = times.peer;
        ratio[i] = times.load / times.floor;
        file[i] = time_probes(probes, USDT_DYN_BACKING_AUTO, NULL).load;
    }
    report(probes, "add", add, rounds);
    report(probes, "load, memfd", memfd, rounds);
    report(probes, "load, named file", file, rounds);
    report(probes, "floor", ground, rounds);
    if (peer != NULL)
        report(probes, "libstapsdt load", other, rounds);
    snprintf(name, sizeof(name), "%zu probes, memfd load to floor", probes);
    bench_report("load", name, "x", ratio, rounds);
}

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

static void report_one(size_t providers, const char *backing, const char *what, const char *unit,
                       double figure)
{
    char name[96];

    snprintf(name, sizeof(name), "%zu providers, %s, %s", providers, backing, what);
    bench_report("providers", name, unit, &figure, 1);
}

static void bench_providers(size_t count, usdt_dyn_backing backing, const char *backing_name)
{
    usdt_dyn_provider **providers = calloc(count, sizeof(*providers));
    double descriptors = count_descriptors();
    uint64_t start = bench_now();
    char name[32];
    size_t i;

    if (providers == NULL)
        bench_fail("no memory");
    for (i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "bench_%zu", i);
        providers[i] = new_provider(name, 1, backing);
        load(providers[i]);
    }
    report_one(count, backing_name, "time", "us", (double)(bench_now() - start) / 1000);
    report_one(count, backing_name, "address space", "KiB", sum_of_maps("Size:"));
    report_one(count, backing_name, "PSS", "KiB", sum_of_maps("Pss:"));
    report_one(count, backing_name, "descriptors", "", count_descriptors() - descriptors);
    for (i = 0; i < count; i++)
        usdt_dyn_provider_free(providers[i]);
    free(providers);
}

int main(void)
{
    static const size_t probes[] = {1, 10, 100, 1000, 10000};
    static const size_t providers[] = {1, 10, 100, 1000};
    struct peer found;
    const struct peer *peer = peer_open(&found) ? &found : NULL;
    bool is_quick = bench_scaled(100) == 2;
    size_t i;

    for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
        bench_probes(probes[i], is_quick ? 1 : probes[i] >= 1000 ? 11 : ROUNDS_MAX, peer);
    for (i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        bench_providers(providers[i], USDT_DYN_BACKING_AUTO, "named file");
        bench_providers(providers[i], USDT_DYN_BACKING_MEMFD, "memfd");
    }
    return 0;
}
