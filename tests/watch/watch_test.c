/* SPDX-License-Identifier: MIT */
/*
 * The rules of watches, without a tracer: the test does what one does, it opens the image and
 * counts the semaphore up.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer_acts.h"
#include "usdt-dyn.h"

/* A wait that should end long before. */
#define LONG_MS 20000

struct fixture {
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probes[3];
    usdt_dyn_watch *watch;
};

static int64_t now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void add_probes(usdt_dyn_provider *provider, usdt_dyn_probe **probes, size_t count)
{
    char name[32];
    size_t i;

    for (i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "probe%zu", i);
        assert_int_equal(usdt_dyn_provider_add_probe(provider, &probes[i], name, NULL, 0), 0);
    }
}

static int set_up(void **state)
{
    static struct fixture fixture;

    assert_int_equal(usdt_dyn_provider_new(&fixture.provider, "watched"), 0);
    add_probes(fixture.provider, fixture.probes, 3);
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

/* A thread that waits, and what it got. */
struct waiter {
    pthread_t thread;
    usdt_dyn_watch *watch;
    int result;
    int tid; /* atomic */
};

#define STILL_WAITING (-1000)

static void *wait_in_thread(void *data)
{
    struct waiter *waiter = data;

    __atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
    __atomic_store_n(&waiter->result, usdt_dyn_watch_wait(waiter->watch, LONG_MS),
                     __ATOMIC_RELEASE);
    return NULL;
}

static void sleep_1ms(void)
{
    struct timespec time = {.tv_nsec = 1000000};

    (void)nanosleep(&time, NULL);
}

/* Is the thread asleep, in poll(2)? */
static int is_asleep(int tid)
{
    char path[64], line[64] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", tid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    (void)!fgets(line, sizeof(line), file);
    (void)fclose(file);
    return strstr(line, "poll") != NULL;
}

static void start_waiter(struct waiter *waiter, usdt_dyn_watch *watch)
{
    int64_t limit = now_ms() + LONG_MS;

    *waiter = (struct waiter){.watch = watch, .result = STILL_WAITING};
    assert_int_equal(pthread_create(&waiter->thread, NULL, wait_in_thread, waiter), 0);
    while (!is_asleep(__atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE))) {
        assert_true(now_ms() < limit);
        sleep_1ms();
    }
}

static int end_of(struct waiter *waiter)
{
    assert_int_equal(pthread_join(waiter->thread, NULL), 0);
    return waiter->result;
}

static void wrong_calls_are_refused(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(usdt_dyn_watch_new(NULL), -EINVAL);
    assert_int_equal(usdt_dyn_watch_add(NULL, fixture->provider), -EINVAL);
    assert_int_equal(usdt_dyn_watch_add(fixture->watch, NULL), -EINVAL);
    assert_non_null(strstr(usdt_dyn_last_error(), "provider"));
    assert_int_equal(usdt_dyn_watch_wait(NULL, 0), -EINVAL);
    usdt_dyn_watch_wake(NULL);
    usdt_dyn_watch_free(NULL);
}

static void each_change_is_told_once(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
    count(fixture->probes[1], 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
    count(fixture->probes[1], 1); /* a second tracer changes nothing */
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
    count(fixture->probes[1], -2);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
    count(fixture->probes[0], 1); /* one goes as another comes: both have changed */
    count(fixture->probes[2], 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
    count(fixture->probes[0], -1);
    count(fixture->probes[1], 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
}

static void a_timeout_ends_a_wait(void **state)
{
    struct fixture *fixture = *state;
    int64_t begin = now_ms();

    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 50), 0);
    assert_true(now_ms() - begin >= 50);
    assert_true(now_ms() - begin < LONG_MS);
}

/* With the open the change is seen soon; without, it would take the slow look a minute. */
static void an_open_is_followed_by_close_looks(void **state)
{
    struct fixture *fixture = *state;
    struct waiter waiter;
    int64_t begin;

    start_waiter(&waiter, fixture->watch);
    open_image(fixture->provider);
    sleep_1ms();
    begin = now_ms();
    count(fixture->probes[2], 1);
    assert_int_equal(end_of(&waiter), 1);
    assert_true(now_ms() - begin < 1000);

    /* Enabled: the end of it is seen without an open. */
    start_waiter(&waiter, fixture->watch);
    begin = now_ms();
    count(fixture->probes[2], -1);
    assert_int_equal(end_of(&waiter), 1);
    assert_true(now_ms() - begin < 1000);
}

static void two_watches_see_one_open(void **state)
{
    struct fixture *fixture = *state;
    usdt_dyn_watch *other;
    struct waiter waiters[2];

    assert_int_equal(usdt_dyn_watch_new(&other), 0);
    assert_int_equal(usdt_dyn_watch_add(other, fixture->provider), 0);
    start_waiter(&waiters[0], fixture->watch);
    start_waiter(&waiters[1], other);
    open_image(fixture->provider);
    count(fixture->probes[0], 1);
    assert_int_equal(end_of(&waiters[0]), 1);
    assert_int_equal(end_of(&waiters[1]), 1);
    usdt_dyn_watch_free(other);
}

static void wake_ends_this_wait_or_the_next(void **state)
{
    struct fixture *fixture = *state;
    struct waiter waiter;

    start_waiter(&waiter, fixture->watch);
    usdt_dyn_watch_wake(fixture->watch);
    assert_int_equal(end_of(&waiter), 0);

    usdt_dyn_watch_wake(fixture->watch);
    usdt_dyn_watch_wake(fixture->watch);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, -1), 0);

    /* Used up: this one sleeps to its end. */
    int64_t begin = now_ms();

    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 30), 0);
    assert_true(now_ms() - begin >= 30);
}

static usdt_dyn_watch *watch_of_handler;

static void wake_in_handler(int number)
{
    (void)number;
    usdt_dyn_watch_wake(watch_of_handler);
}

static void a_signal_interrupts_and_may_wake(void **state)
{
    struct fixture *fixture = *state;
    struct sigaction action = {.sa_handler = wake_in_handler}, old;
    struct waiter waiter;

    watch_of_handler = fixture->watch;
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    start_waiter(&waiter, fixture->watch);
    assert_int_equal(pthread_kill(waiter.thread, SIGUSR1), 0);
    assert_int_equal(end_of(&waiter), -EINTR);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, -1), 0);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

static void one_thread_waits(void **state)
{
    struct fixture *fixture = *state;
    struct waiter waiter;

    start_waiter(&waiter, fixture->watch);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), -EBUSY);
    assert_true(strlen(usdt_dyn_last_error()) > 0);
    usdt_dyn_watch_wake(fixture->watch);
    assert_int_equal(end_of(&waiter), 0);
}

static void providers_come_and_go_while_a_thread_waits(void **state)
{
    struct fixture *fixture = *state;
    usdt_dyn_provider *late;
    usdt_dyn_probe *probes[2];
    struct waiter waiter;

    assert_int_equal(usdt_dyn_provider_new(&late, "late"), 0);
    start_waiter(&waiter, fixture->watch);
    assert_int_equal(usdt_dyn_watch_add(fixture->watch, late), 0);
    assert_int_equal(usdt_dyn_watch_add(fixture->watch, late), 0);
    assert_int_equal(usdt_dyn_provider_add_probe(late, &probes[0], "one", NULL, 0), 0);
    assert_int_equal(usdt_dyn_provider_load(late), 0);
    assert_int_equal(usdt_dyn_provider_add_probe(late, &probes[1], "two", NULL, 0), 0);
    assert_int_equal(usdt_dyn_provider_load(late), 0);
    open_image(late); /* the newest image, which came while the thread waited */
    count(probes[1], 1);
    assert_int_equal(end_of(&waiter), 1);

    start_waiter(&waiter, fixture->watch);
    usdt_dyn_provider_free(late);
    usdt_dyn_watch_wake(fixture->watch);
    assert_int_equal(end_of(&waiter), 0);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 0);
}

static void an_unloaded_provider_stays_watched(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(usdt_dyn_provider_unload(fixture->provider), 0);
    count(fixture->probes[0], 1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
    assert_int_equal(usdt_dyn_provider_load(fixture->provider), 0);
    count(fixture->probes[0], -1);
    assert_int_equal(usdt_dyn_watch_wait(fixture->watch, 0), 1);
}

/* An emulator of user programs says that it wipes a page at fork, and does not. */
static void need_fork_to_be_noticed(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t child;

    assert_true(page != MAP_FAILED);
    assert_int_equal(madvise(page, size, MADV_WIPEONFORK), 0);
    *page = 1;
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(*page);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(munmap(page, size), 0);
    if (status != 0)
        skip();
}

/* Exit status of the child, for what cannot be asserted there. */
static int child_of_fork(const struct fixture *fixture)
{
    usdt_dyn_watch *own;

    usdt_dyn_watch_wake(fixture->watch); /* must not wake the parent's */
    if (usdt_dyn_watch_wait(fixture->watch, 0) != -ECHILD)
        return 1;
    if (usdt_dyn_watch_add(fixture->watch, fixture->provider) != -ECHILD)
        return 2;
    usdt_dyn_watch_free(fixture->watch);
    if (usdt_dyn_watch_new(&own) != 0 || usdt_dyn_watch_add(own, fixture->provider) != 0)
        return 3;
    if (usdt_dyn_watch_wait(own, 0) != 0)
        return 4;
    count(fixture->probes[0], 1);
    if (usdt_dyn_watch_wait(own, LONG_MS) != 1)
        return 5;
    usdt_dyn_watch_free(own);
    return 0;
}

static void a_child_makes_a_new_watch(void **state)
{
    struct fixture *fixture = *state;
    struct waiter waiter;
    int status;
    pid_t child;

    need_fork_to_be_noticed();
    start_waiter(&waiter, fixture->watch);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(child_of_fork(fixture));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    /* The parent's watch is as it was: not woken, and it still hears opens. */
    assert_int_equal(__atomic_load_n(&waiter.result, __ATOMIC_ACQUIRE), STILL_WAITING);
    open_image(fixture->provider);
    count(fixture->probes[1], 1);
    assert_int_equal(end_of(&waiter), 1);
}

static int child_without_descriptors(const struct fixture *fixture)
{
    int null, fd;

    for (fd = 3; fd < 1024; fd++)
        (void)close(fd);
    if (usdt_dyn_watch_wait(fixture->watch, 10) != -ECHILD)
        return 1;
    usdt_dyn_watch_free(fixture->watch);

    usdt_dyn_watch *own;

    if (usdt_dyn_watch_new(&own) != 0 || usdt_dyn_watch_add(own, fixture->provider) != 0)
        return 2;
    for (fd = 3; fd < 1024; fd++)
        (void)close(fd);
    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (fd = null; fd >= 0 && fd < 512;) /* all the numbers that the watch had */
        fd = dup(null);
    usdt_dyn_watch_wake(own);
    if (usdt_dyn_watch_wait(own, LONG_MS) != 0) /* the wake was heard, not its bell */
        return 3;
    if (usdt_dyn_watch_wait(own, LONG_MS) != -EBADF || strlen(usdt_dyn_last_error()) == 0)
        return 4;
    usdt_dyn_watch_free(own);
    for (fd = null; fd < 512; fd++) /* the program's descriptors were not touched */
        if (fcntl(fd, F_GETFD) < 0)
            return 5;
    return 0;
}

static void closed_descriptors_are_told(void **state)
{
    struct fixture *fixture = *state;
    pid_t child;
    int status;

    need_fork_to_be_noticed();
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(child_without_descriptors(fixture));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void no_descriptor_left_is_an_error(void **state)
{
    struct rlimit old, none;
    usdt_dyn_watch *watch = (usdt_dyn_watch *)*state;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(usdt_dyn_watch_new(&watch), -EMFILE);
    assert_null(watch);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_true(strlen(usdt_dyn_last_error()) > 0);
}

int main(void)
{
#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(wrong_calls_are_refused),
        WITH_FIXTURE(each_change_is_told_once),
        WITH_FIXTURE(a_timeout_ends_a_wait),
        WITH_FIXTURE(an_open_is_followed_by_close_looks),
        WITH_FIXTURE(two_watches_see_one_open),
        WITH_FIXTURE(wake_ends_this_wait_or_the_next),
        WITH_FIXTURE(a_signal_interrupts_and_may_wake),
        WITH_FIXTURE(one_thread_waits),
        WITH_FIXTURE(providers_come_and_go_while_a_thread_waits),
        WITH_FIXTURE(an_unloaded_provider_stays_watched),
        WITH_FIXTURE(a_child_makes_a_new_watch),
        WITH_FIXTURE(closed_descriptors_are_told),
        WITH_FIXTURE(no_descriptor_left_is_an_error),
    };

    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
