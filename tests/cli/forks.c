/* SPDX-License-Identifier: MIT */
/*
 * Forks as fast as it can while it fires, its children fire, and each tenth time a thread does:
 * forks COUNT. It says "ready", waits until a tracer is attached, and says how many there were.
 * Where root may ask for it some threads get the number that a child had just before.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

static usdt_dyn_probe *probe;
static unsigned int nthreads, nreused;

static void fire(const char *who, uint64_t number)
{
    usdt_dyn_fire(probe, who, number);
}

/* A thread that was to get the number `wanted` and has another one is left out. */
struct thread {
    uint64_t number;
    pid_t wanted; /* 0: any */
    bool has_fired;
};

static void *run_thread(void *data)
{
    struct thread *thread = data;

    thread->has_fired = thread->wanted == 0 || thread->wanted == gettid();
    if (thread->has_fired)
        fire("thread", thread->number);
    return NULL;
}

/* Where the kernel looks for the next number (with CONFIG_CHECKPOINT_RESTORE). Returns where it did
 * before, or 0. */
static pid_t set_last_pid(pid_t last)
{
    int fd = open("/proc/sys/kernel/ns_last_pid", O_RDWR | O_CLOEXEC);
    char old[16] = "", now[16];
    int length = snprintf(now, sizeof(now), "%d", (int)last);

    if (fd < 0)
        return 0;
    if (pread(fd, old, sizeof(old) - 1, 0) < 0 || pwrite(fd, now, (size_t)length, 0) < 0)
        old[0] = '\0';
    close(fd);
    return (pid_t)strtol(old, NULL, 10);
}

static int make_thread(struct thread *thread)
{
    pthread_t id;

    if (pthread_create(&id, NULL, run_thread, thread) != 0 || pthread_join(id, NULL) != 0)
        return -1;
    nthreads += thread->has_fired;
    return 0;
}

/* A thread with the number that a child had just before. What others have used meanwhile is left
 * behind: the kernel gives back a number long before it has forgotten whose it was. */
static int reuse(struct thread *thread, pid_t child)
{
    pid_t last = set_last_pid(child - 1);
    int error;

    thread->wanted = child;
    error = make_thread(thread);
    if (last > 0 && set_last_pid(last + 100) == 0)
        (void)set_last_pid(1000); /* past the highest */
    nreused += thread->has_fired;
    return error;
}

static int go_round(uint64_t number)
{
    struct thread thread = {.number = number};
    pid_t child;

    fire("parent", number);
    child = fork();
    if (child == 0) {
        fire("child", number);
        _exit(0);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child)
        return -1;
    if (number % 100 == 50)
        return reuse(&thread, child);
    return number % 10 == 0 ? make_thread(&thread) : 0;
}

int main(int argc, char **argv)
{
    static const usdt_dyn_arg args[] = {{"who", USDT_DYN_STRING}, {"number", USDT_DYN_UINT64}};
    static const struct timespec moment = {.tv_nsec = 1000000};
    uint64_t count = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    usdt_dyn_provider *provider;
    uint64_t i;

    if (usdt_dyn_provider_new(&provider, "forks") != 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "fired", args, 2) != 0 ||
        usdt_dyn_provider_load(provider) != 0) {
        fprintf(stderr, "forks COUNT: %s\n", usdt_dyn_last_error());
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (i = 0; !usdt_dyn_enabled(probe); i++)
        if (i == 60000 || nanosleep(&moment, NULL) != 0)
            return 1;
    for (i = 0; i < count; i++)
        if (go_round(i) != 0)
            return 1;
    printf("forked %llu times, %u threads, %u with the number of a child\n",
           (unsigned long long)count, nthreads, nreused);
    usdt_dyn_provider_free(provider);
    return 0;
}
