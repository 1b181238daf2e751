/* SPDX-License-Identifier: MIT */
/*
 * usdt_attach OBJECT PID PATH PROVIDER PROBE: attaches with libbpf's bpf_program__attach_usdt();
 * PID -1 is every process. Prints a line "got ARG0 TEXT ARG11" for each hit until it is
 * interrupted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usdt_attach.h"

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
    (void)number;
    is_over = 1;
}

static int print_hit(void *context, void *data, size_t size)
{
    const struct hit *hit = data;

    (void)context;
    if (size >= sizeof(*hit))
        printf("got %lld %.32s %lld\n", hit->args[0], hit->text, hit->args[11]);
    return 0;
}

static int fail(const char *what)
{
    fprintf(stderr, "usdt_attach: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

static int trace(struct bpf_object *object, char **where)
{
    struct bpf_program *program = bpf_object__find_program_by_name(object, "on_hit");
    struct ring_buffer *hits =
        ring_buffer__new(bpf_object__find_map_fd_by_name(object, "hits"), print_hit, NULL, NULL);
    struct bpf_link *link;

    if (hits == NULL)
        return fail("ring buffer");
    link = bpf_program__attach_usdt(program, atoi(where[0]), where[1], where[2], where[3], NULL);
    if (link == NULL) {
        ring_buffer__free(hits);
        return fail("bpf_program__attach_usdt");
    }
    while (!is_over)
        (void)ring_buffer__poll(hits, 100); /* ends early on a signal */
    bpf_link__destroy(link);
    ring_buffer__free(hits);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct bpf_object *object;
    int status;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("%u.%u\n", libbpf_major_version(), libbpf_minor_version());
        return EXIT_SUCCESS;
    }
    if (argc != 6) {
        fprintf(stderr, "usage: usdt_attach OBJECT PID PATH PROVIDER PROBE\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    object = bpf_object__open_file(argv[1], NULL);
    if (object == NULL || bpf_object__load(object) != 0)
        return fail(argv[1]);
    status = trace(object, argv + 2);
    bpf_object__close(object);
    return status;
}
