/* SPDX-License-Identifier: MIT */
/* What a tracer does to a process that a watch notices. */
#ifndef TRACER_ACTS_H
#define TRACER_ACTS_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "usdt-dyn.h"

/* What a tracer does to the file before it attaches. */
static inline void open_image(const usdt_dyn_provider *provider)
{
    int fd = open(usdt_dyn_provider_path(provider), O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

/* What a tracer does to the semaphore; here as gdb does it: the kernel writes. */
static inline void count(const usdt_dyn_probe *probe, int by)
{
    const volatile uint16_t *semaphore = usdt_dyn_probe_semaphore(probe);
    uint16_t value = (uint16_t)(*semaphore + by);
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

    assert_int_equal(pwrite(memory, &value, sizeof(value), (off_t)(uintptr_t)semaphore),
                     sizeof(value));
    assert_int_equal(close(memory), 0);
}

#endif
