/* SPDX-License-Identifier: MIT */
/*
 * handler_fork fork|_Fork: fires without end and forks in a signal handler, in the middle of a fire
 * more often than not. Each child goes on firing where the handler has interrupted it, and ends.
 * Prints the image's path, waits until it is traced, makes 100 children and prints how many of them
 * have lived.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usdt-dyn.h"

#define CHILDREN 100

static volatile sig_atomic_t children, is_child;
static bool raw;

static void make_child(int signal)
{
    pid_t child;

    (void)signal;
    if (is_child || children == CHILDREN)
        return;
    child = raw ? _Fork() : fork();
    if (child == 0)
        is_child = 1;
    else if (child > 0)
        children++;
}

static int count_living(void)
{
    int status, living = 0;

    while (wait(&status) > 0)
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            living++;
    return living;
}

int main(int argc, char **argv)
{
    const struct itimerval interval = {{.tv_usec = 2000}, {.tv_usec = 2000}};
    struct sigaction action = {.sa_handler = make_child, .sa_flags = SA_RESTART};
    const usdt_dyn_arg args[] = {{"i", USDT_DYN_INT64}};
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    int i;

    raw = argc > 1 && strcmp(argv[1], "_Fork") == 0;
    if (usdt_dyn_provider_new(&provider, "handler") < 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "p", args, 1) < 0 ||
        usdt_dyn_provider_load(provider) < 0) {
        fprintf(stderr, "%s\n", usdt_dyn_last_error());
        return 1;
    }
    printf("ready %s\n", usdt_dyn_provider_path(provider));
    fflush(stdout);
    while (!usdt_dyn_enabled(probe))
        usleep(1000);
    if (sigaction(SIGALRM, &action, NULL) < 0 || setitimer(ITIMER_REAL, &interval, NULL) < 0)
        return 1;
    while (!is_child && children < CHILDREN)
        usdt_dyn_fire(probe, 1);
    if (is_child) {
        for (i = 0; i < 100; i++)
            usdt_dyn_fire(probe, 2);
        _exit(0);
    }
    printf("lived %d of %d\n", count_living(), CHILDREN);
    return 0;
}
