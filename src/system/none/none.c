/* SPDX-License-Identifier: MIT */
/* A system where nothing can be traced: every call succeeds and no probe is ever enabled. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

uint32_t udyn_process_generation(void)
{
    return (uint32_t)getpid();
}

bool udyn_process_is(uint32_t generation)
{
    return generation == udyn_process_generation();
}

/* A watch sleeps on a pipe: there are no images, but it can be woken. */

int udyn_bell_make(struct udyn_bell *bell)
{
    int fds[2], i;

    if (pipe(fds) < 0)
        return udyn_fail_errno(errno, "no descriptors for a watch");
    for (i = 0; i < 2; i++) {
        if (fcntl(fds[i], F_SETFL, O_NONBLOCK) < 0 || fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0) {
            int error = udyn_fail_errno(errno, "cannot prepare the descriptors of a watch");

            (void)close(fds[0]); /* nothing was written */
            (void)close(fds[1]); /* likewise */
            return error;
        }
    }
    *bell = (struct udyn_bell){.wait_fd = fds[0], .ring_fd = fds[1]};
    return 0;
}

int udyn_bell_wait(const struct udyn_bell *bell, int timeout_ms, bool until_opened)
{
    struct pollfd fd = {.fd = bell->wait_fd, .events = POLLIN};
    char rings[64];

    (void)until_opened;
    if (poll(&fd, 1, timeout_ms) < 0)
        return udyn_fail_errno(errno, "cannot wait for a tracer");
    if ((fd.revents & ~POLLIN) != 0)
        return udyn_fail(-EBADF, "the program has closed the descriptors of a watch: make a new "
                                 "watch");
    while (read(bell->wait_fd, rings, sizeof(rings)) > 0)
        ;
    return 0;
}

void udyn_bell_ring(const struct udyn_bell *bell)
{
    int saved = errno;

    (void)!write(bell->ring_fd, "", 1); /* a full pipe has rung already */
    errno = saved;
}

void udyn_bell_free(struct udyn_bell *bell)
{
    (void)close(bell->wait_fd); /* nothing was buffered */
    (void)close(bell->ring_fd); /* likewise */
}

/* The core asks for none of the rest where nothing is supported. */

int udyn_image_make(struct udyn_image **image, const struct usdt_dyn_provider *provider,
                    struct udyn_probe *const *probes, size_t count)
{
    (void)image;
    (void)provider;
    (void)probes;
    (void)count;
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

void udyn_opens_follow(struct udyn_image *image)
{
    (void)image;
}

bool udyn_opens_take(void)
{
    return false;
}

void udyn_opens_stop(void)
{
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
