/* SPDX-License-Identifier: MIT */
/*
 * Forks as fast as it can while it fires, its children fire, and each tenth time a thread does:
 * forks COUNT. It says "ready", waits until a tracer is attached, and says how many there were.
 * Where root may ask for it a thread gets the number that a child had just before.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usdt-dyn.h"

static usdt_dyn_probe *probe;

static void fire(const char *who, uint64_t number)
{
    usdt_dyn_fire(probe, who, number);
}

static void *run_thread(void *number)
{
    fire("thread", *(uint64_t *)number);
    return NULL;
}

/* The kernel then goes on behind `last`, if CONFIG_CHECKPOINT_RESTORE lets it be told. */
static void set_last_pid(pid_t last)
{
    int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    dprintf(fd, "%d", (int)last);
    close(fd);
}

static int join_thread(uint64_t number)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, run_thread, &number) != 0 ||
                   pthread_join(thread, NULL) != 0
               ? -1
               : 0;
}

static int go_round(uint64_t number)
{
    pid_t child;

    fire("parent", number);
    child = fork();
    if (child == 0) {
        fire("child", number);
        _exit(0);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child)
        return -1;
    if (number % 10 != 0)
        return 0;
    set_last_pid(child - 1);
    return join_thread(number);
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
    printf("forked %llu times\n", (unsigned long long)count);
    usdt_dyn_provider_free(provider);
    return 0;
}
