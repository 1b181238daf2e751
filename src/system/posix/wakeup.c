/* SPDX-License-Identifier: MIT */
/* What a watch sleeps on where nothing tells of opens: a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "system/system.h"

int udyn_wakeup_make(struct udyn_wakeup *wakeup)
{
    int fds[2], i;

    if (pipe(fds) < 0)
        return udyn_fail_errno(errno, "no descriptors for a watch");
    for (i = 0; i < 2; i++) {
        if (fcntl(fds[i], F_SETFL, O_NONBLOCK) < 0 || fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0) {
            int error = udyn_fail_errno(errno, "cannot prepare the descriptors of a watch");

            (void)close(fds[0]);
            (void)close(fds[1]);
            return error;
        }
    }
    *wakeup = (struct udyn_wakeup){.wait_fd = fds[0], .wake_fd = fds[1], -1, -1};
    return 0;
}

int udyn_wakeup_wait(const struct udyn_wakeup *wakeup, int timeout_ms, bool until_opened)
{
    struct pollfd fd = {.fd = wakeup->wait_fd, .events = POLLIN};

    (void)until_opened;
    if (poll(&fd, 1, timeout_ms) < 0)
        return udyn_fail_errno(errno, "cannot wait for a tracer");
    if ((fd.revents & ~POLLIN) != 0)
        return udyn_fail(-EBADF, "the program has closed the descriptors of a watch: make a new "
                                 "watch");
    udyn_wakeup_take(wakeup);
    return 0;
}

int udyn_wakeup_fd(struct udyn_wakeup *wakeup)
{
    wakeup->poll_fd = wakeup->wait_fd;
    return wakeup->poll_fd;
}

void udyn_wakeup_take(const struct udyn_wakeup *wakeup)
{
    char sent[64];

    while (read(wakeup->wait_fd, sent, sizeof(sent)) > 0)
        ;
}

void udyn_wakeup_arm(const struct udyn_wakeup *wakeup, int next_ms, bool until_opened)
{
    (void)wakeup;
    (void)next_ms;
    (void)until_opened;
}

void udyn_wakeup_send(const struct udyn_wakeup *wakeup)
{
    int saved = errno;

    (void)!write(wakeup->wake_fd, "", 1); /* a full pipe wakes as well */
    errno = saved;
}

void udyn_wakeup_free(struct udyn_wakeup *wakeup)
{
    (void)close(wakeup->wait_fd);
    (void)close(wakeup->wake_fd);
}
