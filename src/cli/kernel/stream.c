/* SPDX-License-Identifier: MIT */
#include "cli/kernel/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/kernel/tracefs.h"

/* At most this much is held of one processor: what comes meanwhile waits in the kernel. */
#define MOST_PAGES 1024

/* An event is written within microseconds of its time; this is what is waited for one. */
#define KEEP_BACK_NS 1000000

struct udyn_stream_cpu {
    int fd;
    unsigned int number;
    unsigned char *bytes; /* sub-buffers */
    size_t used, capacity;
    size_t next_page; /* the first sub-buffer that `page` has not begun with */
    struct udyn_ring_page page;
    struct udyn_record record; /* the next one, if has_record */
    bool has_record;
    bool is_drained;
    uint64_t last_time; /* of the last sub-buffer that was read */
};

static size_t read_page_size(int instance)
{
    unsigned int offset, size;
    const char *data;
    size_t total = 0;
    char *text;

    if (udyn_tracefs_read(instance, "buffer_subbuf_size_kb", &text) == 0) {
        total = strtoul(text, NULL, 10) * 1024;
        free(text);
    }
    if (total > 0)
        return total;
    if (udyn_tracefs_read(instance, "events/header_page", &text) < 0)
        return 4096;
    data = strstr(text, " data;");
    if (data != NULL && sscanf(data, " data;\toffset:%u;\tsize:%u;", &offset, &size) == 2)
        total = (size_t)offset + size;
    free(text);
    return total > 0 ? total : 4096;
}

static int open_cpu(struct udyn_stream *stream, unsigned int number)
{
    struct udyn_stream_cpu *cpu;
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "per_cpu/cpu%u/trace_pipe_raw", number);
    fd = openat(stream->instance, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    stream->cpus = udyn_reallocate(stream->cpus, stream->ncpus + 1, sizeof(*stream->cpus));
    cpu = &stream->cpus[stream->ncpus++];
    memset(cpu, 0, sizeof(*cpu));
    cpu->fd = fd;
    cpu->number = number;
    return 0;
}

int udyn_stream_open(struct udyn_stream *stream, int instance)
{
    long count = sysconf(_SC_NPROCESSORS_CONF);
    unsigned int i;
    int error = 0;

    memset(stream, 0, sizeof(*stream));
    stream->instance = instance;
    stream->page_size = read_page_size(instance);
    for (i = 0; error == 0 && i < (unsigned int)count; i++)
        error = open_cpu(stream, i);
    if (error == 0 && stream->ncpus == 0)
        error = -ENOENT;
    return error;
}

void udyn_stream_close(struct udyn_stream *stream)
{
    size_t i;

    for (i = 0; i < stream->ncpus; i++) {
        (void)close(stream->cpus[i].fd);
        free(stream->cpus[i].bytes);
    }
    free(stream->cpus);
    memset(stream, 0, sizeof(*stream));
}

int udyn_stream_fd(const struct udyn_stream *stream, size_t index)
{
    return stream->cpus[index].fd;
}

/* Drops the sub-buffers that are used up and moves the rest to the front. */
static void compact(struct udyn_stream *stream, struct udyn_stream_cpu *cpu)
{
    size_t begun = cpu->has_record ? cpu->next_page - stream->page_size : cpu->next_page;
    unsigned char *from = cpu->bytes + begun;

    if (begun == 0)
        return;
    cpu->used -= begun;
    cpu->next_page -= begun;
    memmove(cpu->bytes, from, cpu->used);
    if (cpu->has_record) {
        cpu->page.at -= begun;
        cpu->page.end -= begun;
        cpu->record.bytes -= begun;
    }
}

static void make_room(struct udyn_stream *stream, struct udyn_stream_cpu *cpu)
{
    size_t at = cpu->has_record ? (size_t)(cpu->page.at - cpu->bytes) : 0;
    size_t end = cpu->has_record ? (size_t)(cpu->page.end - cpu->bytes) : 0;
    size_t record = cpu->has_record ? (size_t)(cpu->record.bytes - cpu->bytes) : 0;

    if (cpu->capacity - cpu->used >= stream->page_size)
        return;
    cpu->capacity = cpu->capacity == 0 ? 4 * stream->page_size : cpu->capacity * 2;
    cpu->bytes = udyn_reallocate(cpu->bytes, cpu->capacity, 1);
    if (cpu->has_record) {
        cpu->page.at = cpu->bytes + at;
        cpu->page.end = cpu->bytes + end;
        cpu->record.bytes = cpu->bytes + record;
    }
}

/* Steps to the next record of a processor. */
static void advance(struct udyn_stream *stream, struct udyn_stream_cpu *cpu)
{
    cpu->has_record = udyn_ring_page_next(&cpu->page, &cpu->record);
    while (!cpu->has_record && cpu->next_page < cpu->used) {
        udyn_ring_page_begin(&cpu->page, cpu->bytes + cpu->next_page, stream->page_size);
        cpu->next_page += stream->page_size;
        if (cpu->page.has_lost)
            stream->has_lost = true;
        cpu->has_record = udyn_ring_page_next(&cpu->page, &cpu->record);
    }
}

static int fill_cpu(struct udyn_stream *stream, struct udyn_stream_cpu *cpu)
{
    struct udyn_ring_page page;

    compact(stream, cpu);
    cpu->is_drained = false;
    while (cpu->used < MOST_PAGES * stream->page_size) {
        ssize_t got;

        make_room(stream, cpu);
        got = read(cpu->fd, cpu->bytes + cpu->used, stream->page_size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            cpu->is_drained = true;
            if (got < 0 && errno != EAGAIN)
                return -errno;
            break;
        }
        /* A short read is a sub-buffer all the same. */
        memset(cpu->bytes + cpu->used + got, 0, stream->page_size - (size_t)got);
        udyn_ring_page_begin(&page, cpu->bytes + cpu->used, stream->page_size);
        cpu->last_time = page.time;
        cpu->used += stream->page_size;
    }
    if (!cpu->has_record)
        advance(stream, cpu);
    return 0;
}

int udyn_stream_fill(struct udyn_stream *stream, bool is_last)
{
    uint64_t started = udyn_clock_ns();
    int error = 0;
    size_t i;

    stream->is_behind = false;
    stream->horizon = is_last || started < KEEP_BACK_NS ? UINT64_MAX : started - KEEP_BACK_NS;
    for (i = 0; i < stream->ncpus; i++) {
        struct udyn_stream_cpu *cpu = &stream->cpus[i];
        int failed = fill_cpu(stream, cpu);

        if (error == 0)
            error = failed;
        stream->is_behind |= !cpu->is_drained;
        if (!cpu->is_drained && cpu->last_time < stream->horizon)
            stream->horizon = cpu->last_time;
    }
    return error;
}

bool udyn_stream_next(struct udyn_stream *stream, struct udyn_record *record)
{
    struct udyn_stream_cpu *first = NULL;
    size_t i;

    for (i = 0; i < stream->ncpus; i++) {
        struct udyn_stream_cpu *cpu = &stream->cpus[i];

        if (cpu->has_record && (first == NULL || cpu->record.time < first->record.time))
            first = cpu;
    }
    if (first == NULL || first->record.time > stream->horizon)
        return false;
    *record = first->record;
    advance(stream, first);
    return true;
}

bool udyn_stream_has_more(const struct udyn_stream *stream)
{
    size_t i;

    for (i = 0; i < stream->ncpus; i++)
        if (stream->cpus[i].has_record || !stream->cpus[i].is_drained)
            return true;
    return false;
}

static uint64_t number_behind(const char *text, const char *name)
{
    const char *found = strstr(text, name);

    return found != NULL ? strtoull(found + strlen(name), NULL, 10) : 0;
}

uint64_t udyn_stream_lost(struct udyn_stream *stream)
{
    uint64_t lost = 0;
    size_t i;

    stream->has_lost = false;
    for (i = 0; i < stream->ncpus; i++) {
        char path[64];
        char *text;

        snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", stream->cpus[i].number);
        if (udyn_tracefs_read(stream->instance, path, &text) < 0)
            continue;
        /* "overrun: " is also the end of "commit overrun: ", which is the next line. */
        lost += number_behind(text, "\noverrun: ") + number_behind(text, "commit overrun: ") +
                number_behind(text, "dropped events: ");
        free(text);
    }
    return lost;
}
