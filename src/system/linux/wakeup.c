/* SPDX-License-Identifier: MIT */
/* What a watch sleeps on: an eventfd of its own, and the opens of images. For a loop of the
 * program's own both are in an epoll instance, together with a timer for the next look. */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "system/linux/file/descriptor.h"
#include "system/linux/opens.h"

int udyn_wakeup_make(struct udyn_wakeup *wakeup)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return udyn_fail_errno(errno, "no descriptor for a watch");
    fd = udyn_descriptor_raise(fd);
    *wakeup = (struct udyn_wakeup){fd, fd, -1, -1};
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

/* Where the opens of images can't be had: how long to go without a look. */
#define WITHOUT_OPENS_MS 500

static void set_timer(int fd, int64_t ns)
{
    const struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(ns / UDYN_NS_PER_S), .tv_nsec = (long)(ns % UDYN_NS_PER_S)},
    };

    (void)timerfd_settime(fd, 0, &when, NULL); /* it can't fail for a timer */
}

static int poll_on(int poll_fd, int operation, int fd, bool is_wanted)
{
    struct epoll_event event = {.events = is_wanted ? EPOLLIN : 0, .data = {.fd = fd}};

    return epoll_ctl(poll_fd, operation, fd, &event);
}

/* Returns 0 or -1 with errno; what was made is in *wakeup. */
static int make_poll_fd(struct udyn_wakeup *wakeup)
{
    wakeup->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wakeup->poll_fd < 0)
        return -1;
    wakeup->poll_fd = udyn_descriptor_raise(wakeup->poll_fd);
    wakeup->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (wakeup->timer_fd < 0)
        return -1;
    wakeup->timer_fd = udyn_descriptor_raise(wakeup->timer_fd);
    if (poll_on(wakeup->poll_fd, EPOLL_CTL_ADD, wakeup->timer_fd, true) < 0 ||
        poll_on(wakeup->poll_fd, EPOLL_CTL_ADD, wakeup->wait_fd, true) < 0)
        return -1;
    set_timer(wakeup->timer_fd, 1);
    return 0;
}

static void free_poll_fd(struct udyn_wakeup *wakeup)
{
    if (udyn_descriptor_is(wakeup->poll_fd, "[eventpoll]"))
        (void)close(wakeup->poll_fd);
    if (udyn_descriptor_is(wakeup->timer_fd, "[timerfd]"))
        (void)close(wakeup->timer_fd);
    wakeup->poll_fd = wakeup->timer_fd = -1;
}

int udyn_wakeup_fd(struct udyn_wakeup *wakeup)
{
    int error;

    if (wakeup->poll_fd < 0 && make_poll_fd(wakeup) < 0) {
        error = udyn_fail_errno(errno, "no descriptor to poll for a watch");
        free_poll_fd(wakeup);
        return error;
    }
    if (!udyn_descriptor_is(wakeup->poll_fd, "[eventpoll]"))
        return udyn_fail(-EBADF, "the program has closed the descriptor of a watch: make a new "
                                 "watch");
    return wakeup->poll_fd;
}

void udyn_wakeup_take(const struct udyn_wakeup *wakeup)
{
    uint64_t count;

    if (udyn_descriptor_is(wakeup->wait_fd, "[eventfd]"))
        (void)!read(wakeup->wait_fd, &count, sizeof(count)); /* mostly there is nothing in it */
}

void udyn_wakeup_arm(const struct udyn_wakeup *wakeup, int next_ms, bool until_opened)
{
    int opens = udyn_opens_descriptor();

    if (!udyn_descriptor_is(wakeup->poll_fd, "[eventpoll]") ||
        !udyn_descriptor_is(wakeup->timer_fd, "[timerfd]"))
        return; /* the program has closed it, and can't be told by it */
    if (opens >= 0 && poll_on(wakeup->poll_fd, EPOLL_CTL_MOD, opens, until_opened) < 0 &&
        poll_on(wakeup->poll_fd, EPOLL_CTL_ADD, opens, until_opened) < 0 &&
        next_ms > WITHOUT_OPENS_MS)
        next_ms = WITHOUT_OPENS_MS;
    set_timer(wakeup->timer_fd, (int64_t)next_ms * UDYN_NS_PER_MS);
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
    free_poll_fd(wakeup);
    if (udyn_descriptor_is(wakeup->wait_fd, "[eventfd]"))
        (void)close(wakeup->wait_fd);
}
