/* SPDX-License-Identifier: MIT */
/*
 * stress SECONDS self|none: everything at once.
 *
 *   8 threads fire the probes of one provider,
 *   1 thread adds probes to it, loads and unloads it,
 *   1 thread makes, loads and frees providers of its own,
 *   1 thread waits on a watch with all of them in it,
 *   with "self" 1 thread does as a tracer: it opens the image and counts semaphores up and down
 *   through /proc/self/mem, as gdb does.
 *
 * Prints what was done, and fails if a call failed or something never happened.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

#define FIRERS     8
#define PROBES_MAX 64

static usdt_dyn_provider *provider;
static usdt_dyn_probe *probes[PROBES_MAX];
static size_t nprobes;   /* atomic: how many of them are there */
static int is_ending;    /* atomic */
static int has_failed;   /* atomic */
static uint64_t fires;   /* atomic, likewise the others */
static uint64_t enabled; /* fires that found the probe enabled */
static uint64_t loads, lives, changes;
static usdt_dyn_watch *watch;

static bool is_done(void)
{
    return __atomic_load_n(&is_ending, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(&has_failed, __ATOMIC_ACQUIRE);
}

static void add_to(uint64_t *sum, uint64_t count)
{
    (void)__atomic_fetch_add(sum, count, __ATOMIC_RELAXED);
}

static bool check(int result, const char *call)
{
    if (result >= 0)
        return true;
    fprintf(stderr, "stress: %s is %d: %s\n", call, result, usdt_dyn_last_error());
    __atomic_store_n(&has_failed, 1, __ATOMIC_RELEASE);
    return false;
}
#define CHECK(call) check((call), #call)

static void *fire(void *seed)
{
    unsigned int state = *(unsigned int *)seed;
    struct timespec pause = {.tv_nsec = 1000000};
    uint64_t count = 0, seen = 0;
    char text[16] = "stress";

    while (!is_done()) {
        size_t n = __atomic_load_n(&nprobes, __ATOMIC_ACQUIRE);
        const usdt_dyn_probe *probe = probes[(size_t)rand_r(&state) % n];

        seen += usdt_dyn_enabled(probe);
        usdt_dyn_fire(probe, count, text);
        if (++count % 1000 == 0)
            (void)nanosleep(&pause, NULL); /* leaves the tracer some of the processors */
    }
    add_to(&fires, count);
    add_to(&enabled, seen);
    return NULL;
}

static bool add_probe(void)
{
    static const usdt_dyn_arg args[] = {{"count", USDT_DYN_UINT64}, {"text", USDT_DYN_STRING}};
    char name[16];

    snprintf(name, sizeof(name), "p%zu", nprobes);
    if (!CHECK(usdt_dyn_provider_add_probe(provider, &probes[nprobes], name, args, 2)))
        return false;
    __atomic_store_n(&nprobes, nprobes + 1, __ATOMIC_RELEASE);
    return true;
}

static void *load_and_unload(void *data)
{
    struct timespec pause = {.tv_nsec = 5000000};
    uint64_t count = 0;

    while (!is_done() && CHECK(usdt_dyn_provider_unload(provider))) {
        if (nprobes < PROBES_MAX && !add_probe())
            break;
        if (!CHECK(usdt_dyn_provider_load(provider)))
            break;
        count++;
        (void)nanosleep(&pause, NULL); /* else a tracer would hardly ever find the probes */
    }
    add_to(&loads, count);
    return data;
}

static void *live_and_die(void *data)
{
    usdt_dyn_provider *other;
    usdt_dyn_probe *probe;
    uint64_t count = 0;

    while (!is_done()) {
        if (!CHECK(usdt_dyn_provider_new(&other, "other")) ||
            !CHECK(usdt_dyn_provider_add_probe(other, &probe, "probe", NULL, 0)) ||
            !CHECK(usdt_dyn_watch_add(watch, other)) || !CHECK(usdt_dyn_provider_load(other)))
            break;
        usdt_dyn_fire(probe);
        usdt_dyn_provider_free(other);
        count++;
    }
    add_to(&lives, count);
    return data;
}

static void *wait_for_changes(void *data)
{
    uint64_t count = 0;

    while (!is_done()) {
        int result = usdt_dyn_watch_wait(watch, 100);

        if (!check(result, "usdt_dyn_watch_wait"))
            break;
        count += (uint64_t)result;
    }
    add_to(&changes, count);
    return data;
}

/* The kernel writes, so that it is no race in the program's own eyes. */
static bool set_semaphore(int memory, const usdt_dyn_probe *probe, uint16_t value)
{
    const volatile uint16_t *semaphore = usdt_dyn_probe_semaphore(probe);

    return semaphore == NULL ||
           pwrite(memory, &value, sizeof(value), (off_t)(uintptr_t)semaphore) == sizeof(value);
}

static void *trace(void *data)
{
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    int image = open(data, O_RDONLY | O_CLOEXEC);
    struct timespec time = {.tv_nsec = 1000000};
    uint16_t value = 1;

    /* The first probe: its image was there before the threads. */
    while (!is_done()) {
        if (memory < 0 || image < 0 || !set_semaphore(memory, probes[0], value)) {
            perror("stress: tracer");
            __atomic_store_n(&has_failed, 1, __ATOMIC_RELEASE);
            break;
        }
        (void)nanosleep(&time, NULL);
        value = !value;
    }
    (void)close(image);
    (void)close(memory);
    return NULL;
}

static bool set_up(void)
{
    return CHECK(usdt_dyn_provider_new(&provider, "stress")) && add_probe() &&
           CHECK(usdt_dyn_provider_load(provider)) && CHECK(usdt_dyn_watch_new(&watch)) &&
           CHECK(usdt_dyn_watch_add(watch, provider));
}

int main(int argc, char **argv)
{
    void *(*const others[])(void *) = {load_and_unload, live_and_die, wait_for_changes, trace};
    pthread_t threads[FIRERS + 4];
    unsigned int seeds[FIRERS], i;
    bool is_tracer = argc == 3 && strcmp(argv[2], "self") == 0;
    unsigned int count = FIRERS + 3 + is_tracer;
    struct timespec time = {0};
    char path[256];

    if (argc != 3 || !set_up())
        return 2;
    snprintf(path, sizeof(path), "%s", usdt_dyn_provider_path(provider));
    puts("ready");
    fflush(stdout);
    for (i = 0; i < count; i++) {
        if (i < FIRERS)
            seeds[i] = i + 1;
        if (pthread_create(&threads[i], NULL, i < FIRERS ? fire : others[i - FIRERS],
                           i < FIRERS ? (void *)&seeds[i] : path) != 0)
            return 2;
    }
    time.tv_sec = atoi(argv[1]);
    (void)nanosleep(&time, NULL);
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    usdt_dyn_watch_wake(watch);
    for (i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    usdt_dyn_provider_free(provider);
    usdt_dyn_watch_free(watch);
    printf("fires %" PRIu64 " enabled %" PRIu64 " loads %" PRIu64 " lives %" PRIu64
           " changes %" PRIu64 "\n",
           fires, enabled, loads, lives, changes);
    return !has_failed && fires > 0 && loads > 0 && lives > 0 &&
                   (!is_tracer || (enabled > 0 && changes > 0))
               ? 0
               : 1;
}
