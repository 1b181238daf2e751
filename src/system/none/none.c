/* SPDX-License-Identifier: MIT */
/* A system where nothing can be traced: every call succeeds and no probe is ever enabled. */
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/error.h"
#include "system/system.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

int udyn_system_supported(void)
{
    (void)udyn_fail(-ENOTSUP, "no probes: this library was built for a system without them");
    return 0;
}

int udyn_system_lock(void)
{
    int error = pthread_mutex_lock(&lock);

    return error == 0 ? 0 : udyn_fail_errno(error, "cannot lock");
}

void udyn_system_unlock(void)
{
    (void)pthread_mutex_unlock(&lock); /* it can only fail for one who does not hold it */
}

void udyn_system_begin_slow_work(void)
{
}

void udyn_system_end_slow_work(void)
{
}

void udyn_system_wait_for_slow_work(void)
{
}

uint32_t udyn_system_generation(void)
{
    return (uint32_t)getpid();
}

bool udyn_system_is_generation(uint32_t generation)
{
    return generation == udyn_system_generation();
}

/* The core asks for none of the rest where nothing is supported. */

int udyn_image_make(struct udyn_image **image, const struct udyn_image_request *request)
{
    (void)image;
    (void)request;
    return -ENOTSUP;
}

int udyn_image_hide(struct udyn_image *image)
{
    (void)image;
    return 0;
}

int udyn_image_show(struct udyn_image *image)
{
    (void)image;
    return 0;
}

void udyn_image_free(struct udyn_image *image)
{
    (void)image;
}

const char *udyn_image_path(struct udyn_image *image)
{
    (void)image;
    return NULL;
}

const void *udyn_image_site(const struct udyn_image *image, size_t position)
{
    (void)image;
    (void)position;
    return NULL;
}

const volatile uint16_t *udyn_image_semaphore(const struct udyn_image *image, size_t position)
{
    (void)image;
    (void)position;
    return NULL;
}

uint16_t udyn_image_pristine(const struct udyn_image *image)
{
    (void)image;
    return 0;
}

bool udyn_system_may_fire(const struct udyn_probe *probe)
{
    (void)probe;
    return false;
}

void udyn_system_touch_string(uint64_t address)
{
    (void)address;
}
