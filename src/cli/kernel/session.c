/* SPDX-License-Identifier: MIT */
#include "cli/kernel/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * To switch an event off takes the kernel 20 ms, however many sites it has, so sites share events;
 * to add a site to an event takes time in proportion to those it has, so not all share one
 * (measured with 10,000 sites: docs/command.md).
 */
#define SITES_AN_EVENT 1000

/* What the kernel says where it can't put a probe on an instruction; user space has no name. */
#define KERNEL_ENOTSUPP 524

/* The buffers of all processors together, and the least and most of one, in KiB. */
#define BUFFERS_KB      (256L * 1024)
#define BUFFER_LEAST_KB 1024L
#define BUFFER_MOST_KB  (32L * 1024)

static enum udyn_status refuse(int error)
{
    if (error == -ENOENT)
        udyn_say("tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
    else if (error == -ENOTSUP)
        udyn_say("this kernel has no uprobe events (CONFIG_UPROBE_EVENTS)");
    else
        udyn_say_errno(error, "cannot write to tracefs: run this as root");
    return UDYN_REFUSED;
}

/* Immediate values, by which sites that share an event are told apart, came with Linux 5.5. */
static bool has_immediates(int tracefs)
{
    char *text;
    bool result;

    if (udyn_tracefs_read(tracefs, "README", &text) < 0)
        return false;
    result = strstr(text, "\\imm-value") != NULL && strstr(text, "ref_ctr_offset") != NULL;
    free(text);
    return result;
}

static void set_buffers(int instance)
{
    long kb = BUFFERS_KB / sysconf(_SC_NPROCESSORS_CONF);
    char text[32];

    if (kb > BUFFER_MOST_KB)
        kb = BUFFER_MOST_KB;
    /* Less is wasted at the end of a bigger sub-buffer (Linux 6.8) when strings are long. */
    (void)udyn_tracefs_set(instance, "buffer_subbuf_size_kb", "16");
    /* With little memory smaller ones do: what is lost is counted. */
    for (; kb >= BUFFER_LEAST_KB; kb /= 2) {
        snprintf(text, sizeof(text), "%ld", kb);
        if (udyn_tracefs_set(instance, "buffer_size_kb", text) == 0)
            return;
    }
}

enum udyn_status udyn_session_open(struct udyn_session *session)
{
    char path[UDYN_INSTANCE_SIZE + 16];
    int error;

    memset(session, 0, sizeof(*session));
    session->instance = session->lock = -1;
    session->tracefs = udyn_tracefs_open();
    if (session->tracefs < 0)
        return refuse(session->tracefs);
    if (!has_immediates(session->tracefs)) {
        udyn_say("this kernel's uprobe events are too old: trace needs Linux 5.5 or later");
        return UDYN_REFUSED;
    }
    (void)udyn_tracefs_sweep(session->tracefs); /* what is in use is not ours */
    error = udyn_tracefs_make_instance(session->tracefs, session->name, &session->lock);
    if (error < 0) {
        session->name[0] = '\0';
        udyn_say_errno(error, "cannot make a tracefs instance");
        return UDYN_REFUSED;
    }
    udyn_tracefs_group(session->name, session->group);
    snprintf(path, sizeof(path), "instances/%s", session->name);
    session->instance = openat(session->tracefs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (session->instance < 0 ||
        (error = udyn_tracefs_set(session->instance, "trace_clock", "mono")) < 0) {
        udyn_say_errno(error < 0 ? error : -errno, "cannot set up a tracefs instance");
        return UDYN_REFUSED;
    }
    set_buffers(session->instance);
    /* Wake up at the first event; since Linux 4.21, before it was so always. */
    (void)udyn_tracefs_set(session->instance, "buffer_percent", "0");
    return UDYN_DONE;
}

void udyn_session_put_site(FILE *out, const struct udyn_session *session, char sign,
                           const char *event, const struct udyn_traced_site *site)
{
    const struct udyn_read_probe *location = site->location;

    /* By our own descriptor: a path may have spaces, be deleted, or of another namespace. The
     * offset as the kernel writes it: it compares the text when a site goes. */
    fprintf(out, "%c:%s/%s /proc/self/fd/%d:0x%016" PRIx64, sign, session->group, event,
            site->file->fd, location->site_offset);
    if (location->semaphore != 0)
        fprintf(out, "(0x%" PRIx64 ")", location->semaphore_offset);
}

static int define(struct udyn_session *session, const char *event,
                  const struct udyn_traced_site *const *sites, size_t count)
{
    char *text = NULL;
    size_t size = 0, i;
    FILE *out = open_memstream(&text, &size);
    int error;

    if (out == NULL)
        return -ENOMEM;
    for (i = 0; i < count; i++) {
        udyn_session_put_site(out, session, 'p', event, sites[i]);
        fprintf(out, " site=\\%zu:u32 comm=$comm%s\n", (size_t)(sites[i] - session->plan->sites),
                sites[i]->fetch);
    }
    error = fclose(out) == 0 ? udyn_tracefs_append(session->tracefs, "uprobe_events", text, size)
                             : -ENOMEM;
    free(text);
    return error;
}

int udyn_session_switch(const struct udyn_session *session, const char *event, bool is_on)
{
    char path[UDYN_INSTANCE_SIZE + UDYN_EVENT_SIZE + 24];

    snprintf(path, sizeof(path), "events/%s/%s/enable", session->group, event);
    return udyn_tracefs_set(session->instance, path, is_on ? "1" : "0");
}

static void find_fields(const struct udyn_format *format, char kind,
                        struct udyn_field fields[UDYN_OPERAND_MAX])
{
    char name[16];
    unsigned int i;

    for (i = 0; i < UDYN_OPERAND_MAX; i++) {
        snprintf(name, sizeof(name), "%c%u", kind, i);
        fields[i] = udyn_format_field(format, name);
    }
}

int udyn_session_read_format(const struct udyn_session *session, const char *name,
                             struct udyn_session_event *event)
{
    struct udyn_format format;
    int error = udyn_format_read(&format, session->instance, session->group, name);

    if (error < 0)
        return error;
    memset(event, 0, sizeof(*event));
    event->id = format.id;
    event->tid = udyn_format_field(&format, "common_pid");
    event->site = udyn_format_field(&format, "site");
    event->string = udyn_format_field(&format, "string");
    event->piece = udyn_format_field(&format, "piece");
    event->comm = udyn_format_field(&format, "comm");
    find_fields(&format, 'f', event->fields);
    find_fields(&format, 'p', event->addresses);
    find_fields(&format, 's', event->bytes);
    udyn_format_free(&format);
    return 0;
}

static void say_not_placed(struct udyn_session *session, const struct udyn_traced_site *site,
                           int error)
{
    const char *title = session->plan->probes[site->probe].title;

    if (session->error == 0)
        session->error = error;
    if (error == -KERNEL_ENOTSUPP)
        udyn_say("cannot attach to %s at 0x%" PRIx64 ": the kernel can't put a probe on the "
                 "instruction there",
                 title, site->location->site_offset);
    else
        udyn_say_errno(error, "cannot attach to %s at 0x%" PRIx64, title,
                       site->location->site_offset);
}

/* Places sites that can share an event. One that the kernel refuses makes it refuse the event: the
 * halves are tried then, until the one is found, ten calls deep at most. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static void place(struct udyn_session *session, const struct udyn_traced_site *const *sites,
                  size_t count)
{
    char event[UDYN_EVENT_SIZE], command[UDYN_INSTANCE_SIZE + 32];
    int error, length;
    size_t i;

    snprintf(event, sizeof(event), "e%u", session->next_number++);
    error = define(session, event, sites, count);
    if (error == 0) {
        session->events =
            udyn_reallocate(session->events, session->nevents + 1, sizeof(*session->events));
        error = udyn_session_read_format(session, event, &session->events[session->nevents]);
    }
    if (error == 0)
        error = udyn_session_switch(session, event, true);
    if (error == 0) {
        session->nevents++;
        session->nplaced += count;
        for (i = 0; i < count; i++)
            session->is_placed[sites[i] - session->plan->sites] = true;
        return;
    }
    (void)udyn_session_switch(session, event, false); /* it may not exist */
    length = snprintf(command, sizeof(command), "-:%s/%s\n", session->group, event);
    (void)udyn_tracefs_append(session->tracefs, "uprobe_events", command, (size_t)length);
    if (count == 1) {
        say_not_placed(session, sites[0], error);
        return;
    }
    place(session, sites, count / 2);
    place(session, sites + count / 2, count - count / 2);
}

static int compare_types(const void *a, const void *b)
{
    const struct udyn_traced_site *one = *(const struct udyn_traced_site *const *)a;
    const struct udyn_traced_site *other = *(const struct udyn_traced_site *const *)b;
    int order = strcmp(one->types, other->types);

    return order != 0 ? order : (one > other) - (one < other);
}

static int compare_events(const void *a, const void *b)
{
    const struct udyn_session_event *one = a, *other = b;

    return (one->id > other->id) - (one->id < other->id);
}

void udyn_session_place(struct udyn_session *session, const struct udyn_plan *plan)
{
    const struct udyn_traced_site **sites =
        udyn_allocate(plan->nsites, sizeof(const struct udyn_traced_site *));
    size_t first, i;

    session->plan = plan;
    session->is_placed = udyn_allocate(plan->nsites, sizeof(*session->is_placed));
    for (i = 0; i < plan->nsites; i++)
        sites[i] = &plan->sites[i];
    qsort(sites, plan->nsites, sizeof(const struct udyn_traced_site *), compare_types);
    for (first = 0; first < plan->nsites && !udyn_is_interrupted(); first = i) {
        for (i = first + 1; i < plan->nsites && i - first < SITES_AN_EVENT &&
                            strcmp(sites[i]->types, sites[first]->types) == 0;
             i++)
            ;
        place(session, sites + first, i - first);
    }
    free(sites);
    if (session->nevents > 0)
        qsort(session->events, session->nevents, sizeof(*session->events), compare_events);
}

const struct udyn_session_event *udyn_session_event(const struct udyn_session *session, uint16_t id)
{
    struct udyn_session_event wanted = {.id = id};

    return session->nevents == 0 ? NULL
                                 : bsearch(&wanted, session->events, session->nevents,
                                           sizeof(*session->events), compare_events);
}

void udyn_session_detach(struct udyn_session *session)
{
    char path[UDYN_INSTANCE_SIZE + 16];

    snprintf(path, sizeof(path), "events/%s/enable", session->group);
    (void)udyn_tracefs_set(session->instance, path, "0"); /* else the end of the instance does it */
}

void udyn_session_close(struct udyn_session *session)
{
    int error;

    if (session->instance >= 0)
        (void)close(session->instance);
    if (session->name[0] != '\0') {
        error = udyn_tracefs_remove_instance(session->tracefs, session->name);
        if (error < 0)
            udyn_say_errno(error, "cannot remove the tracefs instance %s: the next run will",
                           session->name);
    }
    if (session->lock >= 0)
        (void)close(session->lock);
    if (session->tracefs >= 0)
        (void)close(session->tracefs);
    free(session->events);
    free(session->is_placed);
    session->name[0] = '\0';
}
