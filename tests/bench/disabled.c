/* SPDX-License-Identifier: MIT */
/*
 * What a probe costs while nobody is attached. Each case runs the same loop around another way to
 * have a probe with two arguments; "nothing" is the loop alone.
 *
 *   disabled              all cases, figures in nanoseconds a pass
 *   disabled --cases      the names of the cases
 *   disabled CASE COUNT   one case, COUNT passes, no figure: for counting instructions from outside
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "peer.h"
#include "probes.h"

/* sys/sdt.h without semaphore: its nop with operands is there, always. The probes with a semaphore
 * are in disabled_sdt.c, since the header knows one way a file. */
#include <sys/sdt.h>

#include "disabled_sdt.h"
#include "libbpf_usdt.h"

#define PASSES 20000000

USDT_DYN_PROBE(typed, INT64, a, INT64, b);

static usdt_dyn_probe *semaphore_probe, *site_probe;
static struct peer peer;
static void *peer_probe;

/* Runs `body` for each i; nothing that it reads may be kept from one pass to the next. */
#define LOOP(body)                                                                                 \
    do {                                                                                           \
        for (uint64_t i = 0; i < passes; i++) {                                                    \
            body;                                                                                  \
            __asm__ volatile("" : : : "memory");                                                   \
        }                                                                                          \
    } while (0)

static void nothing(uint64_t passes)
{
    LOOP((void)i);
}

static void sdt(uint64_t passes)
{
    LOOP(DTRACE_PROBE2(bench, plain, i, passes));
}

static void ours_semaphore(uint64_t passes)
{
    const usdt_dyn_probe *probe = semaphore_probe;

    LOOP(usdt_dyn_fire(probe, i, passes));
}

/* The handle is in a static variable, where usdt_dyn_emit() has it too. */
static void ours_static(uint64_t passes)
{
    LOOP(usdt_dyn_fire(semaphore_probe, i, passes));
}

static void ours_typed(uint64_t passes)
{
    LOOP(usdt_dyn_emit(typed, i, passes));
}

static void ours_site(uint64_t passes)
{
    const usdt_dyn_probe *probe = site_probe;

    LOOP(usdt_dyn_fire(probe, i, passes));
}

static void ours_function(uint64_t passes)
{
    const usdt_dyn_probe *probe = semaphore_probe;
    const uint64_t values[] = {1, 2};

    LOOP(usdt_dyn_probe_fire(probe, values, 2));
}

static void peer_enabled(uint64_t passes)
{
    LOOP(if (peer.probe_is_enabled(peer_probe)) abort());
}

static void peer_fire(uint64_t passes)
{
    LOOP(peer.probe_fire(peer_probe, i, passes));
}

/* An argument that costs something to make, as most that are worth tracing do. */
static __attribute__((noinline)) const char *costly(uint64_t i)
{
    static char text[32];

    snprintf(text, sizeof(text), "order-%u", (unsigned int)i);
    return text;
}

static void sdt_costly(uint64_t passes)
{
    LOOP(DTRACE_PROBE2(bench, costly, i, costly(i)));
}

static void ours_costly(uint64_t passes)
{
    const usdt_dyn_probe *probe = semaphore_probe;

    LOOP(usdt_dyn_fire(probe, i, costly(i)));
}

typedef void loop_function(uint64_t passes);

static const struct {
    const char *name;
    loop_function *loop;
    bool needs_peer;
} loops[] = {
    {"nothing", nothing, false},
    {"sys/sdt.h without semaphore", sdt, false},
    {"sys/sdt.h with semaphore", bench_sdt_semaphore, false},
#ifdef BENCH_HAS_LIBBPF_USDT
    {"libbpf's usdt.h without semaphore", bench_libbpf_plain, false},
    {"libbpf's usdt.h with semaphore", bench_libbpf_checked, false},
#endif
    {"usdt_dyn_fire, semaphore", ours_semaphore, false},
    {"usdt_dyn_fire, static handle", ours_static, false},
    {"usdt_dyn_emit, disabled", ours_typed, false},
    {"usdt_dyn_fire, site check", ours_site, false},
    {"usdt_dyn_probe_fire", ours_function, false},
    {"sys/sdt.h without semaphore, costly argument", sdt_costly, false},
    {"usdt_dyn_fire, semaphore, costly argument", ours_costly, false},
    {"libstapsdt probeIsEnabled", peer_enabled, true},
    {"libstapsdt probeFire", peer_fire, true},
};

#define LOOPS (sizeof(loops) / sizeof(loops[0]))

static double time_loop(const void *context)
{
    uint64_t passes = bench_scaled(PASSES);
    uint64_t start;
    loop_function *loop;

    memcpy(&loop, context, sizeof(loop));
    start = bench_now();
    loop(passes);
    return (double)(bench_now() - start) / (double)passes;
}

static bool open_peer(void)
{
    void *provider;

    if (!peer_open(&peer))
        return false;
    provider = peer.provider_init("bench_peer");
    peer_probe = peer.provider_add_probe(provider, "disabled", 2, PEER_INT64, PEER_INT64);
    if (peer_probe == NULL || peer.provider_load(provider) != 0)
        bench_fail("libstapsdt could not load its probe");
    return true;
}

static void add_typed(void)
{
    usdt_dyn_provider *provider;

    if (usdt_dyn_provider_new(&provider, "bench_typed") < 0 || usdt_dyn_add(provider, typed) < 0 ||
        usdt_dyn_provider_load(provider) < 0)
        bench_fail("no probe bench_typed:typed: %s", usdt_dyn_last_error());
}

int main(int argc, char **argv)
{
    bool has_peer = open_peer();
    struct bench_case cases[LOOPS];
    size_t i, count = 0;

    semaphore_probe =
        bench_probe("bench_semaphore", "disabled", 2, false, USDT_DYN_DETECT_SEMAPHORE);
    add_typed();
    site_probe = bench_probe("bench_site", "disabled", 2, false, USDT_DYN_DETECT_SITE);
    for (i = 0; i < LOOPS; i++) {
        if (loops[i].needs_peer && !has_peer)
            continue;
        if (argc == 3 && strcmp(argv[1], loops[i].name) == 0) {
            loops[i].loop(strtoull(argv[2], NULL, 10));
            return 0;
        }
        if (argc == 2 && strcmp(argv[1], "--cases") == 0)
            puts(loops[i].name);
        cases[count++] = (struct bench_case){loops[i].name, time_loop, &loops[i].loop, "ns"};
    }
    if (argc == 2)
        return 0;
    if (argc > 1)
        bench_fail("there is no case %s", argv[1]);
    bench_run("disabled", cases, count, 15);
    return 0;
}
