/* SPDX-License-Identifier: MIT */
/* When a watch says that a tracer is near. The test has the clock of the library in its hand. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tracer_acts.h"

#define HOUR_S (60 * 60)

static time_t ahead_s;

/* The library finds this function before that of the C library. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);

    now->tv_sec += ahead_s;
    return (int)result;
}

struct fixture {
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    usdt_dyn_watch *watch;
};

static int set_up(void **state)
{
    static struct fixture fixture;

    ahead_s += 2 * HOUR_S; /* what the last test did is long ago */
    assert_int_equal(usdt_dyn_provider_new(&fixture.provider, "near"), 0);
    assert_int_equal(
        usdt_dyn_provider_add_probe(fixture.provider, &fixture.probe, "probe", NULL, 0), 0);
    assert_int_equal(usdt_dyn_provider_load(fixture.provider), 0);
    assert_int_equal(usdt_dyn_watch_new(&fixture.watch), 0);
    assert_int_equal(usdt_dyn_watch_add(fixture.watch, fixture.provider), 0);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    usdt_dyn_watch_free(fixture->watch);
    usdt_dyn_provider_free(fixture->provider);
    return 0;
}

static void nobody_is_near_at_first(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, false, 20), 0);
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, true, -1), 0);
    assert_int_equal(usdt_dyn_watch_wait_near(NULL, true, 0), -EINVAL);
}

static void whoever_opens_is_near_for_an_hour(void **state)
{
    struct fixture *fixture = *state;

    open_image(fixture->provider);
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, false, -1), USDT_DYN_WATCH_NEAR);
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, true, 20), USDT_DYN_WATCH_NEAR);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
    ahead_s += HOUR_S - 60;
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, false, -1), USDT_DYN_WATCH_NEAR);
    ahead_s += 61;
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, true, -1), 0);
}

static void whoever_is_attached_is_near(void **state)
{
    struct fixture *fixture = *state;
    int both = USDT_DYN_WATCH_CHANGED | USDT_DYN_WATCH_NEAR;

    count(fixture->probe, 1);
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, false, -1), both);
    ahead_s += 2 * HOUR_S;
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, true, 0), USDT_DYN_WATCH_NEAR);
    count(fixture->probe, -1);
    assert_int_equal(usdt_dyn_watch_wait_near(fixture->watch, true, -1), USDT_DYN_WATCH_CHANGED);
}

int main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(nobody_is_near_at_first),
        WITH_FIXTURE(whoever_opens_is_near_for_an_hour),
        WITH_FIXTURE(whoever_is_attached_is_near),
    };

    return cmocka_run_group_tests_name("watch.near", tests, NULL, NULL);
}
