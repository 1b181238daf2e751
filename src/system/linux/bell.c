/* SPDX-License-Identifier: MIT */
/* What a watch sleeps on: an eventfd of its own, and the opens of images. */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/descriptor.h"
#include "system/linux/opens.h"

int udyn_bell_make(struct udyn_bell *bell)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return udyn_fail_errno(errno, "no descriptor for a watch");
    fd = udyn_descriptor_raise(fd);
    *bell = (struct udyn_bell){fd, fd};
    return 0;
}

int udyn_bell_wait(const struct udyn_bell *bell, int timeout_ms, bool until_opened)
{
    struct pollfd fds[2] = {
        {.fd = bell->wait_fd, .events = POLLIN},
        {.fd = until_opened ? udyn_opens_descriptor() : -1, .events = POLLIN},
    };
    uint64_t count;

    if (poll(fds, 2, timeout_ms) < 0)
        return udyn_fail_errno(errno, "cannot wait for a tracer");
    if (fds[0].revents == 0)
        return 0;
    if (!udyn_descriptor_is(bell->wait_fd, "[eventfd]"))
        return udyn_fail(-EBADF, "the program has closed the descriptor of a watch: make a new "
                                 "watch");
    (void)!read(bell->wait_fd, &count, sizeof(count)); /* it rang: that was all it had to say */
    return 0;
}

void udyn_bell_ring(const struct udyn_bell *bell)
{
    static const uint64_t once = 1;
    int saved = errno;

    /* It can only fail if the bell has rung 2^64 - 1 times unheard. */
    if (udyn_descriptor_is(bell->ring_fd, "[eventfd]"))
        (void)!write(bell->ring_fd, &once, sizeof(once));
    errno = saved;
}

void udyn_bell_free(struct udyn_bell *bell)
{
    if (udyn_descriptor_is(bell->wait_fd, "[eventfd]"))
        (void)close(bell->wait_fd); /* nothing was buffered */
}
