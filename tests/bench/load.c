/* SPDX-License-Identifier: MIT */
/*
 * What it costs to have probes: adding and loading 1 to 10,000 of them in one provider. The floor
 * is what the system asks for the same file ready made: memfd_create, write, dlopen. The first load
 * of a process is in first_load.c, many providers are in providers.c.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"
#include "measure.h"
#include "peer.h"

/* What is timed in one round for one number of probes, in microseconds. */
struct times {
    double add, load, floor, peer;
};

usdt_dyn_provider *bench_new_provider(const char *name, size_t probes, usdt_dyn_backing backing)
{
    static const usdt_dyn_arg two_args[] = {{"id", USDT_DYN_INT64}, {"name", USDT_DYN_STRING}};
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

void bench_load(usdt_dyn_provider *provider)
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
    usdt_dyn_provider *provider = bench_new_provider("bench_load", probes, backing);
    struct times times = {0};

    added = bench_now();
    bench_load(provider);
    loaded = bench_now();
    times.add = (double)(added - start) / 1000;
    times.load = (double)(loaded - added) / 1000;
    times.floor = time_floor(usdt_dyn_provider_path(provider));
    usdt_dyn_provider_free(provider);
    if (peer != NULL)
        times.peer = time_peer(peer, probes);
    return times;
}

static void report(size_t probes, const char *what, const char *unit, double *figures,
                   size_t rounds)
{
    char name[64];

    snprintf(name, sizeof(name), "%zu %s: %s", probes, probes == 1 ? "probe" : "probes", what);
    bench_report("load", name, unit, figures, rounds);
}

static void bench_probes(size_t probes, size_t rounds, const struct peer *peer)
{
    static double add[ROUNDS_MAX], memfd[ROUNDS_MAX], file[ROUNDS_MAX], ground[ROUNDS_MAX],
        ratio[ROUNDS_MAX], other[ROUNDS_MAX];
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
    report(probes, "add", "us", add, rounds);
    report(probes, "load, memfd", "us", memfd, rounds);
    report(probes, "load, named file", "us", file, rounds);
    report(probes, "floor", "us", ground, rounds);
    if (peer != NULL)
        report(probes, "libstapsdt load", "us", other, rounds);
    report(probes, "load to floor", "x", ratio, rounds);
}

int main(void)
{
    static const size_t probes[] = {1, 10, 100, 1000, 10000};
    static const size_t providers[] = {1, 10, 100, 1000};
    bool is_quick = bench_scaled(100) == 2;
    const struct peer *peer = NULL;
    struct peer found;
    size_t i;

    bench_first_load(is_quick ? 1 : 21);
    if (peer_open(&found))
        peer = &found;
    for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
        bench_probes(probes[i], is_quick ? 1 : probes[i] >= 1000 ? 21 : ROUNDS_MAX, peer);
    for (i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        size_t rounds = is_quick ? 1 : providers[i] >= 1000 ? 5 : 11;

        bench_providers(providers[i], USDT_DYN_BACKING_AUTO, "named file", rounds);
        bench_providers(providers[i], USDT_DYN_BACKING_MEMFD, "memfd", rounds);
    }
    return 0;
}
