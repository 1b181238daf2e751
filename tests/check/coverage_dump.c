/* SPDX-License-Identifier: MIT */
/* Linked into every program and library of the coverage build. gcc writes the counts in a
 * destructor (gcc's manual, "Profiling and Test Coverage in Freestanding Environments"), which
 * neither a child that ends with _exit() nor a process that SIGTERM ends comes to. Each object has
 * its own counts. */
#include <gcov.h>
#include <signal.h>
#include <stddef.h>

void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn, visibility("hidden")));

void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}

static struct sigaction before;

/* Gives the signal back to who had it: the object that was loaded before, or the kernel. */
static void on_sigterm(int signal)
{
    __gcov_dump();
    (void)sigaction(signal, &before, NULL);
    (void)raise(signal);
}

__attribute__((constructor)) static void dump_on_sigterm(void)
{
    struct sigaction action = {.sa_handler = on_sigterm};

    if (sigaction(SIGTERM, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(SIGTERM, &action, NULL);
}
