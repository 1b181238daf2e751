/* SPDX-License-Identifier: MIT */
/* What a watch sleeps on: an eventfd of its own, and the opens of images. */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/file/descriptor.h"
#include "system/linux/opens.h"

int udyn_wakeup_make(struct udyn_wakeup *wakeup)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return udyn_fail_errno(errno, "no descriptor for a watch");
    fd = udyn_descriptor_raise(fd);
    *wakeup = (struct udyn_wakeup){fd, fd};
    return 0;
}

int udyn_wakeup_wait(const struct udyn_wakeup *wakeup, int timeout_ms, bool until_opened)
{
    struct pollfd fds[2] = {
        {.fd = wakeup->wait_fd, .events = POLLIN},
        {.fd = until_opened ? udyn_opens_descriptor() : -1, .events = POLLIN},
    };
    uint64_t count;

    if (poll(fds, 2, timeout_ms) < 0)
        return udyn_fail_errno(errno, "cannot wait for a tracer");
    if (fds[0].revents == 0)
        return 0;
    if (!udyn_descriptor_is(wakeup->wait_fd, "[eventfd]"))
        return udyn_fail(-EBADF, "the program has closed the descriptor of a watch: make a new "
                                 "watch");
    (void)!read(wakeup->wait_fd, &count, sizeof(count)); /* there is nothing more in it */
    return 0;
}

void udyn_wakeup_send(const struct udyn_wakeup *wakeup)
{
    static const uint64_t once = 1;
    int saved = errno;

    /* It can only fail if 2^64 - 1 of them have not been read. */
    if (udyn_descriptor_is(wakeup->wake_fd, "[eventfd]"))
        (void)!write(wakeup->wake_fd, &once, sizeof(once));
    errno = saved;
}

void udyn_wakeup_free(struct udyn_wakeup *wakeup)
{
    if (udyn_descriptor_is(wakeup->wait_fd, "[eventfd]"))
        (void)close(wakeup->wait_fd);
}
