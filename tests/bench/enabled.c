/* SPDX-License-Identifier: MIT */
/*
 * What a hit costs while a tracer is attached. The same program has probes at each kind of site, of
 * sys/sdt.h, and two plain functions for uprobes; one tracer attaches to all of them, and they are
 * measured in turn.
 *
 * Prints a line with its pid, waits until all probes are enabled, measures, ends.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "enabled_sdt.h"
#include "libbpf_usdt.h"
#include "measure.h"
#include "probes.h"

#define HITS 20000

/* The kernel's floor: what a uprobe costs on a function that does nothing, begun as compilers begin
 * one, and begun with the 5-byte nop that the kernel can turn into a call. */
__asm__(".text\n"
        ".globl bench_floor_push, bench_floor_nop5\n"
        ".type bench_floor_push, @function\n"
        ".type bench_floor_nop5, @function\n"
        ".balign 16\n"
        "bench_floor_push: push %rbp; pop %rbp; ret\n"
        ".size bench_floor_push, . - bench_floor_push\n"
        ".balign 16\n"
        "bench_floor_nop5: .byte 0x0f, 0x1f, 0x44, 0x00, 0x00; ret\n"
        ".size bench_floor_nop5, . - bench_floor_nop5\n");
void bench_floor_push(void);
void bench_floor_nop5(void);

static const uint64_t values[USDT_DYN_MAX_ARGS] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static const char *const text = "a string of some thirty letters";

/* One thing to hit. */
struct target {
    usdt_dyn_probe *probe;
    void (*function)(void); /* that hits it, or NULL */
    size_t nargs;
    bool has_string;
};

static void hit(const struct target *target, uint64_t hits)
{
    uint64_t slots[USDT_DYN_MAX_ARGS];

    memcpy(slots, values, sizeof(slots));
    if (target->has_string)
        slots[target->nargs - 1] = (uint64_t)(uintptr_t)text;
    for (uint64_t i = 0; i < hits; i++) {
        if (target->function != NULL)
            target->function();
        else
            usdt_dyn_probe_fire(target->probe, slots, target->nargs);
    }
}

static double time_hits(const void *context)
{
    uint64_t hits = bench_scaled(HITS);
    uint64_t start = bench_now();

    hit(context, hits);
    return (double)(bench_now() - start) / (double)hits;
}

static void *hit_in_thread(void *context)
{
    hit(context, bench_scaled(HITS));
    return NULL;
}

/* Two threads at the same site: nanoseconds until each has its hits, by hit of one thread. */
static double time_two_threads(const void *context)
{
    struct target target = *(const struct target *)context;
    uint64_t start = bench_now();
    pthread_t other;

    if (pthread_create(&other, NULL, hit_in_thread, &target) != 0)
        bench_fail("no thread");
    hit(&target, bench_scaled(HITS));
    pthread_join(other, NULL);
    return (double)(bench_now() - start) / (double)bench_scaled(HITS);
}

#define TARGETS_MAX 24

static struct target targets[TARGETS_MAX];
static struct bench_case cases[TARGETS_MAX];
static char names[TARGETS_MAX][64];
static size_t count;

static void add(struct target target, const char *site, const char *what,
                double (*run)(const void *))
{
    targets[count] = target;
    snprintf(names[count], sizeof(names[count]), "%s, %s", site, what);
    cases[count] = (struct bench_case){names[count], run, &targets[count], "ns"};
    count++;
}

/* With a site of that name, NULL for the one that the library takes on this kernel. */
static void add_probes(const char *site, const char *provider)
{
    static const struct {
        const char *name;
        const char *what;
        size_t nargs;
        bool has_string;
    } kinds[] = {
        {"args0", "0 arguments", 0, false},   {"args2", "2 arguments", 2, false},
        {"args6", "6 arguments", 6, false},   {"args12", "12 arguments", 12, false},
        {"string", "a string read", 2, true},
    };
    char own[64];
    size_t i;

    if ((site != NULL ? setenv("USDT_DYN_SITE", site, 1) : unsetenv("USDT_DYN_SITE")) < 0)
        bench_fail("cannot set USDT_DYN_SITE");
    if (site == NULL)
        site = "chosen";
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct target target = {.nargs = kinds[i].nargs, .has_string = kinds[i].has_string};

        snprintf(own, sizeof(own), "%s_%s", provider, kinds[i].name);
        target.probe = bench_probe(own, kinds[i].name, kinds[i].nargs, kinds[i].has_string,
                                   USDT_DYN_DETECT_SEMAPHORE);
        add(target, site, kinds[i].what, time_hits);
        if (kinds[i].nargs == 2 && !kinds[i].has_string)
            add(target, site, "2 arguments, 2 threads", time_two_threads);
    }
}

/* The same probe fired by its handle and as one that the compiler checks. */
USDT_DYN_PROBE(args2, INT64, a, INT64, b);
static usdt_dyn_probe *fired;

static void fire(void)
{
    usdt_dyn_fire(fired, values[0], values[1]);
}

static void emit(void)
{
    usdt_dyn_emit(args2, values[0], values[1]);
}

static void add_typed(void)
{
    usdt_dyn_provider *provider;

    fired = bench_probe("bench_chosen_fired", "args2", 2, false, USDT_DYN_DETECT_SEMAPHORE);
    if (usdt_dyn_provider_new(&provider, "bench_chosen_emitted") < 0 ||
        usdt_dyn_add(provider, args2) < 0 || usdt_dyn_provider_load(provider) < 0)
        bench_fail("no probe bench_chosen_emitted:args2: %s", usdt_dyn_last_error());
    add((struct target){.probe = fired, .function = fire}, "chosen", "usdt_dyn_fire", time_hits);
    add((struct target){.probe = usdt_dyn_declared_args2.probe, .function = emit}, "chosen",
        "usdt_dyn_emit", time_hits);
}

static bool is_traced(const void *code, unsigned char pristine)
{
    return *(const volatile unsigned char *)code != pristine;
}

static bool others_are_traced(void)
{
    return bench_sdt_is_enabled() && is_traced((const void *)(uintptr_t)bench_floor_push, 0x55) &&
#ifdef BENCH_HAS_LIBBPF_USDT
           bench_libbpf_is_enabled() &&
#endif
           is_traced((const void *)(uintptr_t)bench_floor_nop5, 0x0f);
}

static void wait_until_enabled(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    uint64_t end = bench_now() + 60U * 1000000000U;
    size_t i = 0;

    while (i < count || !others_are_traced()) {
        if (bench_now() > end)
            bench_fail("no tracer has attached to all probes");
        if (i < count && (targets[i].probe == NULL || usdt_dyn_enabled(targets[i].probe)))
            i++;
        else
            nanosleep(&pause, NULL);
    }
}

int main(void)
{
    add((struct target){.function = bench_floor_push}, "uprobe on a function", "push", time_hits);
    add((struct target){.function = bench_floor_nop5}, "uprobe on a function", "nop5", time_hits);
    add((struct target){.function = bench_sdt_hit}, "sys/sdt.h", "2 arguments", time_hits);
#ifdef BENCH_HAS_LIBBPF_USDT
    add((struct target){.function = bench_libbpf_hit}, "libbpf's usdt.h", "2 arguments", time_hits);
#endif
    add_probes("nop", "bench_nop");
    add_probes("nop5", "bench_nop5");
    add_probes(NULL, "bench_chosen");
    add_typed();
    printf("%d\n", (int)getpid());
    fflush(stdout);
    wait_until_enabled();
    bench_run("enabled", cases, count, 15);
    return 0;
}
