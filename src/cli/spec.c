/* SPDX-License-Identifier: MIT */
#include "cli/spec.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/fetch.h"

/* MAX_EVENT_NAME_LEN and MAX_ARG_NAME_LEN of the kernel, with the NUL. */
#define EVENT_NAME_SIZE 64
#define ARG_NAME_SIZE   32

/* All versions take a probe by its path, that of a memfd under /proc too. With -p, 0.25 and later
 * find no memfd. */
static void show_bpftrace(const struct udyn_found *found)
{
    printf("usdt:%s:%s:%s\n", found->path, found->locations->provider, found->locations->name);
}

/* trace-bpfcc, funccount-bpfcc, argdist-bpfcc. */
static void show_bcc(const struct udyn_found *found)
{
    printf("u:%s:%s:%s\n", found->path, found->locations->provider, found->locations->name);
}

static void show_gdb(const struct udyn_found *found)
{
    printf("break -probe-stap %s:%s\n", found->locations->provider, found->locations->name);
}

static void show_perf(const struct udyn_found *found)
{
    if (found->is_unnamed) {
        udyn_say("perf can't record %s:%s: %s is a file without a name. "
                 "USDT_DYN_BACKING=file gives it one",
                 found->locations->provider, found->locations->name, found->path);
        return;
    }
    printf("perf probe -x %s %%sdt_%s:%s\n", found->path, found->locations->provider,
           found->locations->name);
}

/* A name that the kernel takes: letters, digits, underscores, no digit first, cut to size. */
static void put_name(char *to, size_t size, const char *from)
{
    size_t length = 0;

    if (isdigit((unsigned char)from[0]))
        to[length++] = '_';
    for (; *from != '\0' && length + 1 < size; from++)
        to[length++] = isalnum((unsigned char)*from) ? *from : '_';
    to[length] = '\0';
}

static void show_location(const struct udyn_found *found, size_t index)
{
    const struct udyn_read_probe *location = &found->locations[index];
    struct udyn_argument arguments[UDYN_OPERAND_MAX];
    size_t count = udyn_arguments(found->file->content.machine, location, arguments);
    char name[EVENT_NAME_SIZE - 4]; /* with room for the number of a location */
    size_t i;

    put_name(name, sizeof(name), location->provider);
    printf("p:%s/", name);
    put_name(name, sizeof(name), location->name);
    printf("%s", name);
    if (index > 0)
        printf("_%zu", index % 100);
    printf(" %s:0x%" PRIx64, found->path, location->site_offset);
    if (location->semaphore != 0)
        printf("(0x%" PRIx64 ")", location->semaphore_offset);
    for (i = 0; i < count; i++) {
        bool is_string = strcmp(arguments[i].type, "string") == 0;
        char fetch[UDYN_FETCH_SIZE];

        if (!udyn_fetch(fetch, &arguments[i].operand,
                        is_string ? UDYN_FETCH_STRING : UDYN_FETCH_VALUE, found->file->fd,
                        location))
            continue;
        put_name(name, ARG_NAME_SIZE, arguments[i].name);
        printf(" %s=%s", name, fetch);
    }
    fputc('\n', stdout);
}

/* A line for each location, for uprobe_events. */
static void show_tracefs(const struct udyn_found *found)
{
    size_t i;

    for (i = 0; i < found->nlocations; i++)
        show_location(found, i);
}

static const struct {
    const char *tracer;
    void (*show)(const struct udyn_found *found);
    const char *separators; /* what a name or a path can't have there */
} specs[] = {
    {"bpftrace", show_bpftrace, ": \t\n"}, {"perf", show_perf, " \t\n"}, {"gdb", show_gdb, " \t\n"},
    {"tracefs", show_tracefs, " \t\n"},    {"bcc", show_bcc, ": \t\n"},
};

bool udyn_spec_is_known(const char *tracer)
{
    size_t i;

    for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
        if (strcmp(specs[i].tracer, tracer) == 0)
            return true;
    udyn_say("--spec %s: the tracers are bpftrace, perf, gdb, tracefs and bcc", tracer);
    return false;
}

void udyn_spec_show(const char *tracer, const struct udyn_found *found)
{
    const struct udyn_read_probe *location = found->locations;
    size_t i = 0;

    while (strcmp(specs[i].tracer, tracer) != 0)
        i++;
    if (strpbrk(found->path, specs[i].separators) != NULL ||
        strpbrk(location->provider, specs[i].separators) != NULL ||
        strpbrk(location->name, specs[i].separators) != NULL)
        udyn_say("%s can't be told of %s:%s in %s: a space or a colon in a name", tracer,
                 location->provider, location->name, found->path);
    else
        specs[i].show(found);
}
