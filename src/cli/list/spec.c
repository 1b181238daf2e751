/* SPDX-License-Identifier: MIT */
#include "cli/list/spec.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/find/probe_arguments.h"
#include "cli/kernel/fetch.h"
#include "cli/text/utf8.h"

/* MAX_EVENT_NAME_LEN and MAX_ARG_NAME_LEN of the kernel, with the NUL. */
#define EVENT_NAME_SIZE 64
#define ARG_NAME_SIZE   32

/*
 * What is printed is pasted: into a shell, in quotes of either kind or in none, and so into the
 * language of a tracer. Names and paths are somebody else's, and must be data in both. So names are
 * words, and a path is one, or is put into quotes, or is not told at all.
 */
#define WORD "_.-/"

/* Harmless to a shell wherever it stands, and no end of a path in quotes. */
#define HARMLESS WORD " +,=@%^~"

/* Are all characters letters, digits or in `others`? If not_ascii, what is none is a letter. */
static bool is_made_of(const char *text, const char *others, bool not_ascii)
{
    size_t left = strlen(text), size;

    for (; left > 0; text += size, left -= size) {
        size = udyn_utf8_length(text, left);
        if (size == 0 || udyn_utf8_is_obeyed(text, size))
            return false;
        if (size > 1 ? !not_ascii : !isalnum((unsigned char)*text) && strchr(others, *text) == NULL)
            return false;
    }
    return true;
}

/* An identifier as a rule; some languages have names with a '-' or a '.' in them. */
static bool is_name(const char *text)
{
    return text[0] != '-' && is_made_of(text, "_.-", false);
}

/* All versions take a probe by its path, that of a memfd under /proc too. With -p, 0.25 and later
 * find no memfd. */
static bool show_bpftrace(const struct udyn_found *found)
{
    const char *quote = is_made_of(found->path, WORD, false) ? "" : "\"";

    if (!is_made_of(found->path, HARMLESS, true))
        return false;
    printf("usdt:%s%s%s:%s:%s\n", quote, found->path, quote, found->locations->provider,
           found->locations->name);
    return true;
}

/* trace-bpfcc, funccount-bpfcc, argdist-bpfcc: they know no quotes. */
static bool show_bcc(const struct udyn_found *found)
{
    if (!is_made_of(found->path, HARMLESS, true) || strchr(found->path, ' ') != NULL)
        return false;
    printf("u:%s:%s:%s\n", found->path, found->locations->provider, found->locations->name);
    return true;
}

static bool show_gdb(const struct udyn_found *found)
{
    printf("break -probe-stap %s:%s\n", found->locations->provider, found->locations->name);
    return true;
}

/* A shell takes all that is in single quotes as it is, but for these. */
static void put_for_shell(const char *text)
{
    if (is_made_of(text, WORD, false)) {
        fputs(text, stdout);
        return;
    }
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

static bool show_perf(const struct udyn_found *found)
{
    if (found->is_unnamed) {
        udyn_say("perf can't record %s:%s: %s is a file without a name. "
                 "USDT_DYN_BACKING=file gives it one",
                 found->locations->provider, found->locations->name, found->path);
        return true;
    }
    if (!is_made_of(found->path, HARMLESS "!\"#$&'()*:;<>?[\\]`{|}", true))
        return false;
    fputs("perf probe -x ", stdout);
    put_for_shell(found->path);
    printf(" %%sdt_%s:%s\n", found->locations->provider, found->locations->name);
    return true;
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

/* A line for each location, for uprobe_events. The kernel ends a word at a space, and takes the
 * byte 0xa0 for one (lib/ctype.c). */
static bool show_tracefs(const struct udyn_found *found)
{
    size_t i;

    if (!is_made_of(found->path, HARMLESS ":", true) || strpbrk(found->path, " \xa0") != NULL)
        return false;
    for (i = 0; i < found->nlocations; i++)
        show_location(found, i);
    return true;
}

/* Each prints nothing and returns false if the path can't be told. */
static const struct {
    const char *tracer;
    bool (*show)(const struct udyn_found *found);
} specs[] = {
    {"bpftrace", show_bpftrace}, {"perf", show_perf}, {"gdb", show_gdb},
    {"tracefs", show_tracefs},   {"bcc", show_bcc},
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
    if (!is_name(location->provider) || !is_name(location->name))
        udyn_say(
            "%s:%s can't be printed for %s: names may have only letters, digits, '_', '.' and '-'",
            location->provider, location->name, tracer);
    else if (!specs[i].show(found))
        udyn_say("%s:%s can't be printed for %s: it, or a shell, would misread the path %s",
                 location->provider, location->name, tracer, found->path);
}
