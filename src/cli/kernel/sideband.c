/* SPDX-License-Identifier: MIT */
#include "cli/kernel/sideband.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/cli.h"

#define DATA_PAGES 32 /* a power of two */

struct udyn_sideband_cpu {
    int fd;
    struct perf_event_mmap_page *ring; /* with the data behind it */
};

/* The beginning of PERF_RECORD_MMAP. */
struct record {
    struct perf_event_header header;
    uint32_t pid, tid;
};

/* Where the name is in PERF_RECORD_MMAP: behind address, length and offset. */
#define NAME_OFFSET (sizeof(struct record) + 3 * sizeof(uint64_t))

static size_t data_size(const struct udyn_sideband *sideband)
{
    return DATA_PAGES * sideband->page_size;
}

/* Returns 0 where there is no such processor, or it is switched off. */
static int open_cpu(struct udyn_sideband *sideband, int number)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_DUMMY,
        .size = sizeof(attributes),
        .mmap = 1,
    };
    int fd = (int)syscall(SYS_perf_event_open, &attributes, -1, number, -1, PERF_FLAG_FD_CLOEXEC);
    void *ring;

    if (fd < 0)
        return errno == ENODEV ? 0 : -errno;
    ring = mmap(NULL, sideband->page_size + data_size(sideband), PROT_READ | PROT_WRITE, MAP_SHARED,
                fd, 0);
    if (ring == MAP_FAILED) {
        int error = -errno;

        (void)close(fd); /* nothing was asked of it */
        return error;
    }
    sideband->cpus = udyn_reallocate(sideband->cpus, sideband->ncpus + 1, sizeof(*sideband->cpus));
    sideband->cpus[sideband->ncpus++] = (struct udyn_sideband_cpu){.fd = fd, .ring = ring};
    return 0;
}

int udyn_sideband_open(struct udyn_sideband *sideband)
{
    long count = sysconf(_SC_NPROCESSORS_CONF);
    int error = 0, i;

    memset(sideband, 0, sizeof(*sideband));
    sideband->page_size = (size_t)sysconf(_SC_PAGESIZE);
    for (i = 0; error == 0 && i < count; i++)
        error = open_cpu(sideband, i);
    if (error < 0)
        udyn_sideband_close(sideband);
    return error;
}

/* Records begin at a multiple of 8 bytes, so that no such 8 bytes are at both ends of the ring. */
static void copy(const struct udyn_sideband *sideband, const struct udyn_sideband_cpu *cpu,
                 uint64_t at, void *words, size_t size)
{
    const unsigned char *data = (const unsigned char *)cpu->ring + sideband->page_size;
    size_t i;

    for (i = 0; i < size; i += 8)
        memcpy((unsigned char *)words + i, data + (at + i) % data_size(sideband), 8);
}

static void read_cpu(struct udyn_sideband *sideband, struct udyn_sideband_cpu *cpu,
                     void (*use)(pid_t pid, void *context), void *context)
{
    _Atomic uint64_t *head = (_Atomic uint64_t *)&cpu->ring->data_head;
    _Atomic uint64_t *tail = (_Atomic uint64_t *)&cpu->ring->data_tail;
    uint64_t end = atomic_load_explicit(head, memory_order_acquire);
    uint64_t at = atomic_load_explicit(tail, memory_order_relaxed);

    while (at < end) {
        struct record record;
        char name[8];

        copy(sideband, cpu, at, &record, sizeof(record));
        copy(sideband, cpu, at + NAME_OFFSET, name, sizeof(name));
        /* "//anon" is what a compiler has made at run time, "[vdso]" and the like the kernel's. */
        if (record.header.type == PERF_RECORD_MMAP && name[0] == '/' && name[1] != '/')
            use((pid_t)record.pid, context);
        else if (record.header.type == PERF_RECORD_LOST)
            use(0, context);
        at += record.header.size;
    }
    atomic_store_explicit(tail, at, memory_order_release);
}

void udyn_sideband_read(struct udyn_sideband *sideband, void (*use)(pid_t pid, void *context),
                        void *context)
{
    size_t i;

    for (i = 0; i < sideband->ncpus; i++)
        read_cpu(sideband, &sideband->cpus[i], use, context);
}

void udyn_sideband_close(struct udyn_sideband *sideband)
{
    size_t i;

    for (i = 0; i < sideband->ncpus; i++) {
        (void)munmap(sideband->cpus[i].ring, sideband->page_size + data_size(sideband));
        (void)close(sideband->cpus[i].fd);
    }
    free(sideband->cpus);
    sideband->cpus = NULL;
    sideband->ncpus = 0;
}
