/* SPDX-License-Identifier: MIT */
/*
 * sandbox KIND CALLS: a worker that shuts itself in with a seccomp filter and then fires what it is
 * told.
 *
 * KIND is how the worker comes to be: fork, _Fork, clone, or thread, which shuts in the whole
 * process. CALLS is "madvise", or "none" for a filter that kills for madvise(2) too. Each line of
 * stdin is one character:
 *
 *   F  the process fires before it makes the worker
 *   W  it makes the worker, which shuts itself in
 *   f  the worker fires, and says whether it found its probe enabled
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usdt-dyn.h"

static usdt_dyn_probe *probe;
static bool may_madvise;

#define ALLOW(call)                                                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),                                         \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* What malloc and threads of the C library need, and talking to one's parent. */
static bool shut_in(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(read),
        ALLOW(write),
        ALLOW(futex),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(brk),
        ALLOW(rt_sigreturn),
        ALLOW(exit),
        ALLOW(exit_group),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, may_madvise ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void say(const char *line)
{
    if (write(STDOUT_FILENO, line, strlen(line)) < 0)
        _exit(3);
}

static bool next_command(char *command)
{
    do {
        if (read(STDIN_FILENO, command, 1) != 1)
            return false;
    } while (*command == '\n');
    return true;
}

static bool fire(void)
{
    bool enabled = usdt_dyn_enabled(probe);

    usdt_dyn_fire(probe, 42, "café");
    return enabled;
}

static void *work(void *unused)
{
    char command;

    if (!shut_in())
        _exit(2);
    say("shut in\n");
    while (next_command(&command))
        say(fire() ? "fired\n" : "not enabled\n");
    _exit(0);
    return unused;
}

static pid_t make_worker(const char *kind)
{
    pthread_t thread;
    pid_t child;

    if (strcmp(kind, "thread") == 0)
        return pthread_create(&thread, NULL, work, NULL) == 0 ? 0 : -1;
    if (strcmp(kind, "_Fork") == 0)
        child = _Fork();
    else if (strcmp(kind, "clone") == 0)
        child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    else
        child = fork();
    if (child == 0)
        work(NULL);
    return child;
}

static bool load(void)
{
    const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}, {"to", USDT_DYN_STRING}};
    usdt_dyn_provider *provider;

    return usdt_dyn_provider_new(&provider, "sandbox") == 0 &&
           usdt_dyn_provider_add_probe(provider, &probe, "p", args, 2) == 0 &&
           usdt_dyn_provider_load(provider) == 0 &&
           printf("ready %s\n", usdt_dyn_provider_path(provider)) > 0 && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    char command;
    pid_t child;

    if (argc != 3 || !load())
        return 2;
    may_madvise = strcmp(argv[2], "madvise") == 0;
    while (next_command(&command) && command == 'F')
        say(fire() ? "fired\n" : "not enabled\n");
    child = make_worker(argv[1]);
    if (child == 0)
        pause(); /* the thread ends the process */
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 2;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
