/* SPDX-License-Identifier: MIT */
#include "cli/trace/wait.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"

/* After events come this much is waited for more, so that a busy probe costs few wake-ups. */
#define BATCH_NS (10 * UDYN_NS_PER_MS)

/* How often is looked whether the last child has ended. */
#define CHILDREN_NS (100 * UDYN_NS_PER_MS)

enum udyn_status udyn_wait_open(struct udyn_wait *wait, const struct udyn_options *options,
                                const struct udyn_targets *targets, struct udyn_output *output)
{
    sigset_t signals;

    memset(wait, 0, sizeof(*wait));
    wait->signals = -1;
    wait->targets = targets;
    wait->output = output;
    wait->duration = options->duration_ns;
    wait->is_ticking = options->summary && !options->json && isatty(STDOUT_FILENO) == 1;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    /* Shells ignore SIGINT for what they start in the background; `kill -INT` is to work there. */
    (void)signal(SIGINT, SIG_DFL);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 ||
        (wait->signals = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC)) < 0) {
        udyn_say_errno(-errno, "cannot wait for signals");
        return UDYN_REFUSED;
    }
    return UDYN_DONE;
}

void udyn_wait_start(struct udyn_wait *wait)
{
    uint64_t now = udyn_clock_ns();

    wait->next_tick = now + UDYN_NS_PER_S;
    if (wait->duration > 0)
        wait->deadline = now + (uint64_t)wait->duration;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* Until when to wait if nothing happens: UINT64_MAX for ever. */
static uint64_t wake_up_at(const struct udyn_wait *wait, const struct udyn_stream *stream,
                           uint64_t now, bool is_batch)
{
    bool is_full = udyn_output_is_full(wait->output);
    uint64_t at = UINT64_MAX;

    if ((wait->is_behind || stream->is_behind) && !is_full)
        return now;
    if (wait->deadline > 0)
        at = earlier(at, wait->deadline);
    at = earlier(at, wait->next_tick);
    if (is_batch && !is_full)
        at = earlier(at, now + BATCH_NS);
    if (wait->targets->nalive == 0)
        at = earlier(at, now + CHILDREN_NS);
    return at;
}

/* While the output is full, and after events, new ones wait in the kernel. */
static size_t set_up(struct udyn_wait *wait, const struct udyn_stream *stream, bool is_batch)
{
    bool is_waiting = is_batch || udyn_output_is_full(wait->output);
    size_t count = 0, i;

    if (wait->fds == NULL)
        wait->fds = udyn_allocate(2 + wait->targets->count + stream->ncpus, sizeof(*wait->fds));
    wait->fds[count++] = (struct pollfd){.fd = wait->signals, .events = POLLIN};
    wait->fds[count++] = udyn_output_poll(wait->output);
    for (i = 0; i < wait->targets->count; i++) /* a negative one is left out by poll() */
        wait->fds[count++] = (struct pollfd){.fd = wait->targets->pidfds[i], .events = POLLIN};
    for (i = 0; !is_waiting && i < stream->ncpus; i++)
        wait->fds[count++] = (struct pollfd){.fd = udyn_stream_fd(stream, i), .events = POLLIN};
    return count;
}

/* Waits for the first `count` descriptors. Takes the signal that came, if one did: the next one is
 * another. */
static bool wait_until(struct udyn_wait *wait, size_t count, uint64_t until)
{
    uint64_t now = udyn_clock_ns();
    struct timespec left = {0};
    struct signalfd_siginfo signal_info;

    if (until > now) {
        left.tv_sec = (time_t)((until - now) / UDYN_NS_PER_S);
        left.tv_nsec = (long)((until - now) % UDYN_NS_PER_S);
    }
    if (ppoll(wait->fds, count, until == UINT64_MAX ? NULL : &left, NULL) <= 0)
        return false;
    udyn_output_polled(wait->output, wait->fds[1].revents);
    return wait->fds[0].revents != 0 &&
           read(wait->signals, &signal_info, sizeof(signal_info)) == sizeof(signal_info);
}

enum udyn_wait_for udyn_wait(struct udyn_wait *wait, const struct udyn_stream *stream)
{
    bool is_batch = wait->is_busy || udyn_stream_has_more(stream);
    size_t count = set_up(wait, stream, is_batch);
    uint64_t now;

    if (wait_until(wait, count, wake_up_at(wait, stream, udyn_clock_ns(), is_batch)))
        return UDYN_WAIT_SIGNAL;
    now = udyn_clock_ns();
    if (wait->deadline > 0 && now >= wait->deadline)
        return UDYN_WAIT_END;
    if (now >= wait->next_tick) {
        wait->next_tick = now + UDYN_NS_PER_S;
        return UDYN_WAIT_TICK;
    }
    return UDYN_WAIT_EVENTS;
}

bool udyn_wait_output(struct udyn_wait *wait, uint64_t until)
{
    wait->fds[1] = udyn_output_poll(wait->output);
    return !wait_until(wait, 2, until) && wait->output->error == 0 && udyn_clock_ns() < until;
}

void udyn_wait_close(struct udyn_wait *wait)
{
    if (wait->signals >= 0)
        (void)close(wait->signals);
    free(wait->fds);
    memset(wait, 0, sizeof(*wait));
}
