/* SPDX-License-Identifier: MIT */
/* usdt_dyn_watch_fd(): the rules of a loop of the program's own, without a tracer, as in
 * watch_test.c. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer_acts.h"
#include "usdt-dyn.h"

#define LONG_MS 20000

static usdt_dyn_provider *provider;
static usdt_dyn_probe *probe;
static usdt_dyn_watch *watch;

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(usdt_dyn_provider_new(&provider, "polled"), 0);
    assert_int_equal(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0), 0);
    assert_int_equal(usdt_dyn_provider_load(provider), 0);
    assert_int_equal(usdt_dyn_watch_new(&watch), 0);
    assert_int_equal(usdt_dyn_watch_add(watch, provider), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    usdt_dyn_watch_free(watch);
    usdt_dyn_provider_free(provider);
    return 0;
}

static bool is_readable(int fd, int timeout_ms)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    int result = poll(&polled, 1, timeout_ms);

    assert_true(result >= 0);
    assert_int_equal(polled.revents & ~POLLIN, 0);
    return result == 1;
}

static int64_t now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The loop of a program, until it is told a change. Returns how often it was woken. */
static int loop_until_changed(usdt_dyn_watch *polled)
{
    int fd = usdt_dyn_watch_fd(polled);
    int64_t limit = now_ms() + LONG_MS;
    int rounds = 0, result = 0;

    while (result == 0) {
        assert_true(is_readable(fd, LONG_MS));
        result = usdt_dyn_watch_wait(polled, 0);
        rounds++;
        assert_true(now_ms() < limit);
    }
    assert_int_equal(result, 1);
    return rounds;
}

/* Nothing happens: it is asleep after a few looks. */
static void settle(usdt_dyn_watch *polled)
{
    int fd = usdt_dyn_watch_fd(polled);
    int64_t limit = now_ms() + LONG_MS;

    while (is_readable(fd, 50)) {
        assert_int_equal(usdt_dyn_watch_wait(polled, 0), 0);
        assert_true(now_ms() < limit);
    }
}

static void it_is_readable_at_first_and_after_a_look_no_more(void **state)
{
    int fd = usdt_dyn_watch_fd(watch);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(usdt_dyn_watch_fd(watch), fd);
    assert_true(is_readable(fd, LONG_MS));
    assert_true(is_readable(fd, 0)); /* until somebody looks */
    settle(watch);
}

static void it_tells_of_a_tracer_that_comes_and_goes(void **state)
{
    int round;

    (void)state;
    for (round = 0; round < 3; round++) {
        settle(watch);
        open_image(provider);
        count(probe, 1);
        loop_until_changed(watch);
        count(probe, -1); /* nothing tells of it but a look */
        assert_true(loop_until_changed(watch) < 100);
    }
}

/* The opens are told once, to whoever looks first. */
static void two_descriptors_tell_of_one_open(void **state)
{
    usdt_dyn_watch *other;

    (void)state;
    assert_int_equal(usdt_dyn_watch_new(&other), 0);
    assert_int_equal(usdt_dyn_watch_add(other, provider), 0);
    settle(watch);
    settle(other);
    open_image(provider);
    count(probe, 1);
    loop_until_changed(watch);
    loop_until_changed(other);
    usdt_dyn_watch_free(other);
}

static void it_tells_of_a_wake(void **state)
{
    int fd = usdt_dyn_watch_fd(watch);

    (void)state;
    settle(watch);
    usdt_dyn_watch_wake(watch);
    assert_true(is_readable(fd, LONG_MS));
    settle(watch); /* the wake is not told for ever */
}

/* The first image that is ever followed is one that is loaded later. */
static void it_tells_of_providers_that_are_loaded_later(void **state)
{
    usdt_dyn_provider *late;
    usdt_dyn_watch *own;
    usdt_dyn_probe *later;

    (void)state;
    assert_int_equal(usdt_dyn_provider_new(&late, "late"), 0);
    assert_int_equal(usdt_dyn_provider_add_probe(late, &later, "later", NULL, 0), 0);
    assert_int_equal(usdt_dyn_watch_new(&own), 0);
    assert_int_equal(usdt_dyn_watch_add(own, late), 0);
    settle(own);
    assert_int_equal(usdt_dyn_provider_load(late), 0);
    settle(own);
    open_image(late);
    count(later, 1);
    loop_until_changed(own);
    usdt_dyn_watch_free(own);
    usdt_dyn_provider_free(late);
}

/* libuv, GLib and others poll it with an epoll instance of theirs, some of them by its edges. */
static void it_may_be_in_another_epoll(void **state)
{
    int fd = usdt_dyn_watch_fd(watch), own = epoll_create1(EPOLL_CLOEXEC), result;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET}, seen;
    int64_t limit;

    (void)state;
    settle(watch);
    assert_int_equal(epoll_ctl(own, EPOLL_CTL_ADD, fd, &event), 0);
    open_image(provider);
    count(probe, 1);
    for (result = 0, limit = now_ms() + LONG_MS; result == 0;) {
        assert_true(now_ms() < limit);
        assert_int_equal(epoll_wait(own, &seen, 1, LONG_MS), 1);
        result = usdt_dyn_watch_wait(watch, 0);
    }
    assert_int_equal(result, 1);
    close(own);
}

static void wrong_calls_are_refused(void **state)
{
    int status, fd = usdt_dyn_watch_fd(watch);
    pid_t child;

    (void)state;
    assert_int_equal(usdt_dyn_watch_fd(NULL), -EINVAL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(usdt_dyn_watch_fd(watch) == -ECHILD ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    assert_int_equal(close(fd), 0);
    assert_int_equal(usdt_dyn_watch_fd(watch), -EBADF);
    assert_non_null(strstr(usdt_dyn_last_error(), "make a new watch"));
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 0);
}

static size_t count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t entries = 0;

    assert_non_null(folder);
    while (readdir(folder) != NULL)
        entries++;
    closedir(folder);
    return entries;
}

static void its_descriptors_go_with_the_watch(void **state)
{
    size_t before = count_descriptors();
    usdt_dyn_watch *own;

    (void)state;
    assert_int_equal(usdt_dyn_watch_new(&own), 0);
    assert_true(usdt_dyn_watch_fd(own) >= 0);
    assert_true(count_descriptors() > before);
    usdt_dyn_watch_free(own);
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
#define WITH_WATCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_WATCH(it_is_readable_at_first_and_after_a_look_no_more),
        WITH_WATCH(it_tells_of_a_tracer_that_comes_and_goes),
        WITH_WATCH(two_descriptors_tell_of_one_open),
        WITH_WATCH(it_tells_of_a_wake),
        WITH_WATCH(it_tells_of_providers_that_are_loaded_later),
        WITH_WATCH(it_may_be_in_another_epoll),
        WITH_WATCH(wrong_calls_are_refused),
        WITH_WATCH(its_descriptors_go_with_the_watch),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
