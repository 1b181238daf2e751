/* SPDX-License-Identifier: MIT */
/*
 * Who has mapped a file with code, as the kernel tells profilers besides samples
 * (perf_event_open(2), attr.mmap). Nobody is woken for it.
 */
#ifndef UDYN_CLI_KERNEL_SIDEBAND_H
#define UDYN_CLI_KERNEL_SIDEBAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct udyn_sideband_cpu;

struct udyn_sideband {
    struct udyn_sideband_cpu *cpus;
    size_t ncpus;
    size_t page_size;
};

/* From here on it is kept. Returns 0 or a negative errno. */
int udyn_sideband_open(struct udyn_sideband *sideband);

/* Goes through what has come since. The pid is 0 where some was lost: it may have been anybody's.
 */
void udyn_sideband_read(struct udyn_sideband *sideband, void (*use)(pid_t pid, void *context),
                        void *context);

void udyn_sideband_close(struct udyn_sideband *sideband);

#endif
