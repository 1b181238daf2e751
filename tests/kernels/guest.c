/* SPDX-License-Identifier: MIT */
/*
 * What one kernel does with a probe: makes it, traces it through tracefs, and prints a row of the
 * table in docs/kernels.md:
 *
 *   row | release | site | the site after a hit | values | semaphore | a child forked under trace |
 *
 * USDT_DYN_SITE chooses another site than the library would. x86-64; needs root and tracefs, and is
 * the init's only work in run.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "note_reader.h"
#include "usdt-dyn.h"

#define TRACEFS "/sys/kernel/tracing"

static const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}, {"name", USDT_DYN_STRING}};

static struct {
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    struct note note;
    const unsigned char *site;
    char instance[128];
    char group[32];
} guest;

static void die(const char *what)
{
    fprintf(stderr, "guest: %s: %s (%s)\n", what, strerror(errno), usdt_dyn_last_error());
    exit(EXIT_FAILURE);
}

static int write_to(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | flags);
    int error = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;

    if (fd >= 0)
        (void)close(fd);
    return error;
}

static void make_probe(void)
{
    const volatile uint16_t *semaphore;

    if (usdt_dyn_provider_new(&guest.provider, "kernels") != 0 ||
        usdt_dyn_provider_add_probe(guest.provider, &guest.probe, "paid", args, 2) != 0 ||
        usdt_dyn_provider_load(guest.provider) != 0)
        die("no probe");
    if (!note_find(usdt_dyn_provider_path(guest.provider), "kernels", "paid", &guest.note))
        die("no note");
    semaphore = usdt_dyn_probe_semaphore(guest.probe);
    guest.site =
        (const unsigned char *)((uintptr_t)semaphore - guest.note.semaphore) + guest.note.site;
}

/* The instruction at the site, up to the return, which is followed by int3. */
static void print_site(const unsigned char *site)
{
    static const struct {
        const char *name;
        unsigned char bytes[10];
        size_t size;
    } known[] = {
        {"nop", {0x90, 0xc3}, 2},
        {"nop, 10-byte nop", {0x90, 0x66, 0x2e}, 3},
        {"5-byte nop", {0x0f, 0x1f, 0x44, 0x00, 0x00}, 5},
        {"10-byte nop", {0x66, 0x2e, 0x0f, 0x1f, 0x84}, 5},
        {"breakpoint", {0xcc}, 1},
        {"call", {0xe8}, 1},
        {"lea, call", {0x48, 0x8d, 0x64, 0x24, 0x80, 0xe8}, 6},
    };
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (memcmp(site, known[i].bytes, known[i].size) == 0) {
            printf(" %s |", known[i].name);
            return;
        }
    }
    printf(" %02x %02x %02x %02x %02x %02x |", site[0], site[1], site[2], site[3], site[4],
           site[5]);
}

/* Attaches through tracefs, in an instance of our own. Returns 0 or an errno. */
static int attach(void)
{
    char line[512], path[256];
    int error;

    snprintf(guest.group, sizeof(guest.group), "kernels_%d", (int)getpid());
    snprintf(guest.instance, sizeof(guest.instance), TRACEFS "/instances/%s", guest.group);
    snprintf(line, sizeof(line), "p:%s/paid %s:0x%llx(0x%llx) id=%%di:s64 name=+0(%%si):string\n",
             guest.group, usdt_dyn_provider_path(guest.provider),
             (unsigned long long)guest.note.site, (unsigned long long)guest.note.semaphore);
    error = write_to(TRACEFS "/uprobe_events", O_APPEND, line);
    if (error != 0)
        return error;
    if (mkdir(guest.instance, 0700) < 0)
        return errno;
    snprintf(path, sizeof(path), "%s/events/%s/paid/enable", guest.instance, guest.group);
    return write_to(path, 0, "1");
}

static void detach(void)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/events/%s/paid/enable", guest.instance, guest.group);
    (void)write_to(path, 0, "0"); /* it may not have been enabled */
    (void)rmdir(guest.instance);
    snprintf(path, sizeof(path), "-:%s/paid\n", guest.group);
    if (write_to(TRACEFS "/uprobe_events", O_APPEND, path) != 0)
        die("cannot remove the event");
}

/* Is there an event with this text in the trace? */
static bool is_traced(const char *text)
{
    char path[256], line[512];
    bool found = false;
    FILE *trace;

    snprintf(path, sizeof(path), "%s/trace", guest.instance);
    trace = fopen(path, "r");
    if (trace == NULL)
        die(path);
    while (!found && fgets(line, sizeof(line), trace) != NULL)
        found = strstr(line, text) != NULL;
    (void)fclose(trace);
    return found;
}

/* Fires in a child that is forked now, and says how that ended. */
static const char *fire_in_child(void)
{
    int status;
    pid_t child = fork();

    if (child < 0)
        die("fork");
    if (child == 0) {
        usdt_dyn_fire(guest.probe, 23, "child");
        usdt_dyn_fire(guest.probe, 24, "child");
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child)
        die("waitpid");
    if (WIFSIGNALED(status))
        return "killed";
    return is_traced("id=23 name=\"child\"") && is_traced("id=24 name=\"child\"") ? "traced"
                                                                                  : "not traced";
}

static void trace(void)
{
    int i;

    for (i = 0; i < 3; i++) /* the first hit turns a site into a call, where the kernel does that */
        usdt_dyn_fire(guest.probe, -7, "bread");
    print_site(guest.site);
    printf(" %s |", is_traced("id=-7 name=\"bread\"") ? "yes" : "no");
    printf(" %u", (unsigned int)*usdt_dyn_probe_semaphore(guest.probe));
}

int main(void)
{
    const char *child;
    struct utsname name;
    int error;

    if (uname(&name) < 0)
        die("uname");
    make_probe();
    printf("row | %s |", name.release);
    print_site(guest.site);
    error = attach();
    if (error != 0) {
        printf(" cannot be attached: errno %d | - | - | - |\n", error);
        detach();
        return EXIT_SUCCESS;
    }
    trace();
    child = fire_in_child();
    detach();
    printf(" to %u | %s |\n", (unsigned int)*usdt_dyn_probe_semaphore(guest.probe), child);
    usdt_dyn_provider_free(guest.provider);
    return EXIT_SUCCESS;
}
