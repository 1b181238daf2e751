/* SPDX-License-Identifier: MIT */
/*
 * What a forked child may do, in every way to fork. The test counts the semaphores up as a tracer
 * does; that a traced child lives and is traced on is shown with tracers by tests/e2e/fork.sh.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/probe.h"
#include "child.h"
#include "support.h"
#include "system/linux/lock.h"
#include "system/system.h"

static usdt_dyn_provider *provider;
static usdt_dyn_probe *probe;

static int load_provider(void **state)
{
    const char *backing = *state;

    assert_int_equal(support_enter_folder(state), 0);
    assert_int_equal(setenv("USDT_DYN_BACKING", backing, 1), 0);
    provider = support_provider("parent", "probe", NULL, 0, &probe);
    assert_ok(usdt_dyn_provider_load(provider));
    return 0;
}

static int free_provider(void **state)
{
    usdt_dyn_provider_free(provider);
    return support_leave_folder(state);
}

static pid_t fork_by_clone(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static pid_t (*const ways[])(void) = {fork, _Fork, fork_by_clone};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* Runs it in a child of each way. */
static void in_children(void (*run)(void))
{
    size_t i;

    for (i = 0; i < WAYS; i++) {
        pid_t child = ways[i]();

        if (child == 0) {
            run();
            _exit(0);
        }
        expect_good_end(child);
    }
}

/* The first that a child does is to load and use probes of its own. */
static void load_own(void)
{
    usdt_dyn_provider *own;
    usdt_dyn_probe *own_probe;
    const char *path, *inherited;

    EXPECT(usdt_dyn_provider_new(&own, "child") == 0);
    EXPECT(usdt_dyn_provider_add_probe(own, &own_probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_load(own) == 0);
    path = usdt_dyn_provider_path(own);
    EXPECT(path != NULL && access(path, F_OK) == 0);
    inherited = usdt_dyn_provider_path(provider); /* NULL: its descriptor was closed */
    EXPECT(inherited == NULL || strcmp(path, inherited) != 0);
    support_set_semaphore(own_probe, 1);
    usdt_dyn_fire(own_probe);
    usdt_dyn_provider_free(own);
}

static void add_to_inherited(void)
{
    usdt_dyn_probe *late;

    EXPECT(usdt_dyn_provider_add_probe(provider, &late, "late", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    support_set_semaphore(late, 1);
    usdt_dyn_fire(late);
    usdt_dyn_fire(probe);
}

static void unload_inherited(void)
{
    EXPECT(usdt_dyn_provider_unload(provider) == 0);
    EXPECT(usdt_dyn_provider_path(provider) == NULL);
    usdt_dyn_fire(probe);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
}

static void free_inherited(void)
{
    usdt_dyn_provider_free(provider);
}

/* The parent's file, with its notes, is as it was whatever a child has done. */
static void expect_untouched(void)
{
    usdt_dyn_provider *same;
    usdt_dyn_probe *same_probe;

    assert_int_equal(access(usdt_dyn_provider_path(provider), F_OK), 0);
    support_set_semaphore(probe, 1);
    usdt_dyn_fire(probe);
    support_set_semaphore(probe, 0);
    /* It is still loaded, so nobody else may have that name. */
    same = support_provider("parent", "probe", NULL, 0, &same_probe);
    assert_error(usdt_dyn_provider_load(same), -EEXIST, "already live");
    usdt_dyn_provider_free(same);
}

static void a_child_may_load_unload_and_free(void **state)
{
    (void)state;
    in_children(load_own);
    in_children(add_to_inherited);
    in_children(unload_inherited);
    in_children(free_inherited);
    expect_untouched();
}

static void expect_clear(void)
{
    EXPECT(*usdt_dyn_probe_semaphore(probe) == 0);
}

/* What a debugger has written into the parent's semaphore means nothing in a child: fork() clears
 * it. */
static void fork_clears_what_a_debugger_has_set(void **state)
{
    (void)state;
    support_set_semaphore(probe, 1);
    in_child(expect_clear);
    assert_int_equal(*usdt_dyn_probe_semaphore(probe), 1);
    support_set_semaphore(probe, 0);
}

static int calls;

static void count_call(void)
{
    calls++;
}

/* A signal handler that has interrupted the library can't have its lock, and one that leaves it by
 * longjmp() takes the lock along. */
static void fire_while_locked(void)
{
    EXPECT(udyn_lock_take() == 0);
    support_set_semaphore(probe, 1);
    usdt_dyn_fire(probe);
    EXPECT(calls == 1);
    udyn_lock_give_back();
}

static void a_fire_of_a_child_needs_no_lock(void **state)
{
    (void)state;
    ((struct udyn_probe *)probe)->site = (const void *)(uintptr_t)count_call;
    in_children(fire_while_locked);
}

/* Ends every descriptor, as daemons and subprocess libraries do. */
static void close_all(void)
{
    unsigned int fd;

    for (fd = 3; fd < 1024; fd++)
        (void)close((int)fd);
}

static void use_without_descriptors(void)
{
    close_all();
    support_set_semaphore(probe, 1);
    usdt_dyn_fire(probe);
    EXPECT(udyn_system_may_fire(udyn_probe_of(probe))); /* not quiet: the cure needs no file */
    load_own();
    EXPECT(usdt_dyn_provider_unload(provider) == 0);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    usdt_dyn_provider_free(provider);
}

static void a_child_may_close_all_descriptors(void **state)
{
    (void)state;
    in_children(use_without_descriptors);
    expect_untouched();
}

/* Also without a fork: the image stays mapped, new ones can be made. */
static void closed_without_fork(void)
{
    int error, i, null;

    close_all();
    usdt_dyn_fire(probe);
    load_own();
    error = usdt_dyn_provider_unload(provider);
    EXPECT(error == 0 || error == -EBADF); /* a memfd is gone: the notes can't be changed */
    EXPECT(error == 0 || strstr(usdt_dyn_last_error(), "closed") != NULL);
    /* The numbers get another meaning, and free leaves them alone. */
    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (i = null; i >= 0 && i < 512;)
        i = dup(null);
    usdt_dyn_provider_free(provider);
    for (i = null; i < 512; i++)
        EXPECT(fcntl(i, F_GETFD) >= 0);
}

static void the_process_may_close_all_descriptors(void **state)
{
    (void)state;
    in_child(closed_without_fork);
}

static pthread_barrier_t both;

static void *fire_at_once(void *data)
{
    int i;

    (void)pthread_barrier_wait(&both);
    for (i = 0; i < 1000; i++)
        usdt_dyn_fire(probe);
    return data;
}

static void two_threads(void)
{
    pthread_t threads[2];
    int i;

    EXPECT(pthread_barrier_init(&both, NULL, 2) == 0);
    for (i = 0; i < 2; i++)
        EXPECT(pthread_create(&threads[i], NULL, fire_at_once, NULL) == 0);
    for (i = 0; i < 2; i++)
        EXPECT(pthread_join(threads[i], NULL) == 0);
    EXPECT(*usdt_dyn_probe_semaphore(probe) == 0); /* renewed: nobody traces the child */
}

/* The first fire renews the images; here two come at the same time, many times over. */
static void two_threads_of_the_child_may_fire_at_once(void **state)
{
    int turn;

    (void)state;
    support_set_semaphore(probe, 1);
    for (turn = 0; turn < 40; turn++)
        in_child(two_threads);
    support_set_semaphore(probe, 0);
}

static int is_ending; /* atomic */

static void *load_and_free(void *data)
{
    usdt_dyn_provider *other;
    usdt_dyn_probe *other_probe;

    while (!__atomic_load_n(&is_ending, __ATOMIC_ACQUIRE)) {
        other = support_provider("other", "probe", NULL, 0, &other_probe);
        assert_ok(usdt_dyn_provider_load(other));
        usdt_dyn_provider_free(other);
    }
    return data;
}

/* fork(2) waits for malloc() and the dynamic linker, but not for this library's lock. */
static void fork_while_another_thread_loads(void **state)
{
    pthread_t thread;
    int turn;

    (void)state;
    __atomic_store_n(&is_ending, 0, __ATOMIC_RELEASE);
    assert_int_equal(pthread_create(&thread, NULL, load_and_free, NULL), 0);
    for (turn = 0; turn < 100; turn++) {
        pid_t child = fork();

        if (child == 0) {
            (void)alarm(20); /* ends it if it hangs */
            usdt_dyn_fire(probe);
            EXPECT(usdt_dyn_provider_unload(provider) == 0);
            EXPECT(usdt_dyn_provider_load(provider) == 0);
            _exit(0);
        }
        expect_good_end(child);
    }
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* The middle process ends first; its child goes on with what it has inherited. */
static void orphan(int done)
{
    usdt_dyn_provider *own;
    usdt_dyn_probe *own_probe;
    int ends[2];
    char byte;
    pid_t child;

    EXPECT(usdt_dyn_provider_new(&own, "middle") == 0 &&
           usdt_dyn_provider_add_probe(own, &own_probe, "probe", NULL, 0) == 0 &&
           usdt_dyn_provider_load(own) == 0 && pipe(ends) == 0);
    child = fork();
    EXPECT(child >= 0);
    if (child > 0)
        exit(0); /* with all that is done at exit: its files go */
    (void)close(ends[1]);
    EXPECT(read(ends[0], &byte, 1) == 0); /* the parent is gone */
    support_set_semaphore(own_probe, 1);
    usdt_dyn_fire(own_probe);
    EXPECT(*usdt_dyn_probe_semaphore(own_probe) == 1); /* it belongs to whoever set it */
    EXPECT(usdt_dyn_provider_unload(own) == 0);
    usdt_dyn_provider_free(own);
    usdt_dyn_provider_free(provider);
    EXPECT(write(done, "y", 1) == 1);
    _exit(0);
}

static void a_parent_may_end_first(void **state)
{
    int ends[2], status;
    pid_t child;
    char byte;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        orphan(ends[1]);
    }
    (void)close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], &byte, 1),
                     1); /* the orphan has done all; what fails is printed */
    (void)close(ends[0]);
    expect_untouched();
}

static void drop_rights(void)
{
    EXPECT(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
    support_set_semaphore(probe, 1);
    usdt_dyn_fire(probe);
    EXPECT(*usdt_dyn_probe_semaphore(probe) == 1);
    EXPECT(unsetenv("USDT_DYN_DIR") == 0); /* that folder is root's */
    load_own();
}

static void a_child_may_change_its_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    in_children(drop_rights);
    expect_untouched();
}

static void go_daemon(void)
{
    int ends[2];
    char byte = 0;

    EXPECT(pipe(ends) == 0);
    if (fork() == 0) {
        EXPECT(daemon(0, 0) == 0);
        support_set_semaphore(probe, 1);
        usdt_dyn_fire(probe);
        load_own();
        EXPECT(usdt_dyn_provider_path(provider) != NULL);
        EXPECT(access(usdt_dyn_provider_path(provider), F_OK) == 0);
        _exit(write(ends[1], "d", 1) == 1 ? 0 : 1);
    }
    (void)close(ends[1]);
    EXPECT(read(ends[0], &byte, 1) == 1 && byte == 'd');
}

static void a_process_may_become_a_daemon(void **state)
{
    (void)state;
    in_child(go_daemon);
    expect_untouched();
}

int main(void)
{
#define TEST(name, backing)                                                                        \
    {                                                                                              \
#name " " backing, name, load_provider, free_provider, (void *)(uintptr_t)backing          \
    }
#define TESTS(backing)                                                                             \
    TEST(a_child_may_load_unload_and_free, backing),                                               \
        TEST(fork_clears_what_a_debugger_has_set, backing),                                        \
        TEST(a_child_may_close_all_descriptors, backing),                                          \
        TEST(the_process_may_close_all_descriptors, backing),                                      \
        TEST(a_fire_of_a_child_needs_no_lock, backing),                                            \
        TEST(two_threads_of_the_child_may_fire_at_once, backing),                                  \
        TEST(fork_while_another_thread_loads, backing), TEST(a_parent_may_end_first, backing),     \
        TEST(a_child_may_change_its_user, backing), TEST(a_process_may_become_a_daemon, backing)
    const struct CMUnitTest tests[] = {TESTS("file"), TESTS("memfd"), TESTS("shared")};

    return !!cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
