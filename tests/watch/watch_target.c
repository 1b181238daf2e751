/* SPDX-License-Identifier: MIT */
/*
 * watch_target: a program with a probe and a thread that watches it, for speed.sh.
 *
 *   watch_target idle     the watch alone. Prints "ready TID" of the thread that waits.
 *   watch_target delay    another thread looks at the semaphore five times a millisecond. For each
 *                         change it prints "attach US" or "detach US": how many microseconds later
 *                         the watch told it.
 *
 * With "site" after it the probe has no semaphore; with "fd" the thread waits in poll(2). Ends with
 * its stdin.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

static usdt_dyn_watch *watch;
static usdt_dyn_probe *probe;
static int64_t told_at;   /* atomic: when the last wait told a change */
static int told_state;    /* atomic: what it was then, -1 before */
static int is_ending;     /* atomic */
static bool is_polling;   /* with usdt_dyn_watch_fd() */
static int waiter_thread; /* atomic */

static int64_t now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int wait_for_change(void)
{
    struct pollfd polled = {.fd = is_polling ? usdt_dyn_watch_fd(watch) : -1, .events = POLLIN};

    if (!is_polling)
        return usdt_dyn_watch_wait(watch, -1);
    return poll(&polled, 1, -1) < 0 ? -errno : usdt_dyn_watch_wait(watch, 0);
}

static void *wait_for_changes(void *data)
{
    (void)data;
    __atomic_store_n(&waiter_thread, gettid(), __ATOMIC_RELEASE);
    while (!__atomic_load_n(&is_ending, __ATOMIC_ACQUIRE)) {
        if (wait_for_change() != 1)
            continue;
        __atomic_store_n(&told_at, now_us(), __ATOMIC_RELEASE);
        __atomic_store_n(&told_state, usdt_dyn_enabled(probe), __ATOMIC_RELEASE);
    }
    return NULL;
}

/* False when stdin has ended. */
static bool is_wanted(int wait_us)
{
    struct pollfd in = {.fd = STDIN_FILENO};
    struct timespec time = {.tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000};

    return ppoll(&in, 1, &time, NULL) == 0;
}

static void measure(void)
{
    int state = 0;

    while (is_wanted(200)) {
        int64_t changed_at = now_us();

        if (usdt_dyn_enabled(probe) == state)
            continue;
        state = !state;
        while (__atomic_load_n(&told_state, __ATOMIC_ACQUIRE) != state)
            if (!is_wanted(200))
                return;
        printf("%s %" PRId64 "\n", state != 0 ? "attach" : "detach",
               __atomic_load_n(&told_at, __ATOMIC_ACQUIRE) - changed_at);
    }
}

int main(int argc, char **argv)
{
    usdt_dyn_provider *provider;
    pthread_t thread;

    setvbuf(stdout, NULL, _IOLBF, 0);
    is_polling = argc == 3 && strcmp(argv[2], "fd") == 0;
    if (argc < 2 || usdt_dyn_provider_new(&provider, "watched") < 0 ||
        (argc == 3 && strcmp(argv[2], "site") == 0 &&
         usdt_dyn_provider_set_detection(provider, USDT_DYN_DETECT_SITE) < 0) ||
        usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) < 0 ||
        usdt_dyn_provider_load(provider) < 0 || usdt_dyn_watch_new(&watch) < 0 ||
        usdt_dyn_watch_add(watch, provider) < 0 ||
        pthread_create(&thread, NULL, wait_for_changes, NULL) != 0) {
        fprintf(stderr, "watch_target: %s\n", usdt_dyn_last_error());
        return 1;
    }
    while (__atomic_load_n(&waiter_thread, __ATOMIC_ACQUIRE) == 0)
        (void)is_wanted(1000);
    printf("ready %d\n", waiter_thread);
    if (strcmp(argv[1], "delay") == 0)
        measure();
    else
        while (is_wanted(1000000000))
            ;
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    usdt_dyn_watch_wake(watch);
    (void)pthread_join(thread, NULL);
    usdt_dyn_watch_free(watch);
    usdt_dyn_provider_free(provider);
    return 0;
}
