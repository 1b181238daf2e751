/* SPDX-License-Identifier: MIT */
/*
 * Every step of a provider's life, with every call that it makes failing in turn. A step that fails
 * says so with a negative errno and a sentence, works when it is tried again, and in the end no
 * descriptor, mapping, file or block of memory is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "support.h"
#include "test.h"

struct world {
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probes[2];
    usdt_dyn_watch *watch;
    usdt_dyn_backing backing;
};

static const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}, {"name", USDT_DYN_STRING}};

static int make_provider(struct world *world)
{
    int error = usdt_dyn_provider_new(&world->provider, "fault");

    return error < 0 ? error : usdt_dyn_provider_set_backing(world->provider, world->backing);
}

static int add_first(struct world *world)
{
    return usdt_dyn_provider_add_probe(world->provider, &world->probes[0], "first", args, 2);
}

static int add_second(struct world *world)
{
    return usdt_dyn_provider_add_probe(world->provider, &world->probes[1], "second", args, 1);
}

static int load(struct world *world)
{
    return usdt_dyn_provider_load(world->provider);
}

static int unload(struct world *world)
{
    return usdt_dyn_provider_unload(world->provider);
}

static int make_watch(struct world *world)
{
    return usdt_dyn_watch_new(&world->watch);
}

static int get_watch_fd(struct world *world)
{
    int fd = usdt_dyn_watch_fd(world->watch);

    return fd < 0 ? fd : 0;
}

static int add_to_watch(struct world *world)
{
    return usdt_dyn_watch_add(world->watch, world->provider);
}

static int wait_a_moment(struct world *world)
{
    return usdt_dyn_watch_wait(world->watch, 1);
}

static int tell_none(const usdt_dyn_live_probe *probe, void *context)
{
    (void)context;
    return probe->name == NULL || probe->provider == NULL;
}

static int each(struct world *world)
{
    (void)world;
    return usdt_dyn_each(tell_none, NULL);
}

/* In this order. Load comes three times: a first image, a second, and back after an unload. */
static const struct step {
    const char *name;
    int (*run)(struct world *world);
} steps[] = {
    {"make_provider", make_provider},
    {"add_first", add_first},
    {"load", load},
    {"make_watch", make_watch},
    {"get_watch_fd", get_watch_fd},
    {"add_to_watch", add_to_watch},
    {"add_second", add_second},
    {"load again", load},
    {"each", each},
    {"wait", wait_a_moment},
    {"unload", unload},
    {"load after unload", load},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* What must be as before when a world has ended. */
struct left {
    size_t descriptors, mappings, pages, files;
    long blocks;
};

static size_t files;

static int count_file(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)path;
    (void)status;
    (void)place;
    files += kind != FTW_D;
    return 0;
}

static size_t count_files(void)
{
    files = 0;
    assert_int_equal(nftw(support_folder, count_file, 16, FTW_PHYS), 0);
    return files;
}

static struct left look_around(void)
{
    struct left left = {.files = count_files(), .descriptors = support_count_descriptors()};

    left.mappings = support_count_mappings("usdt-dyn", &left.pages);
    left.blocks = fault_live_blocks();
    return left;
}

static void expect_nothing_left(struct left before, const char *what)
{
    struct left after = look_around();

    if (memcmp(&before, &after, sizeof(before)) != 0)
        fail_msg("%s: %zu descriptors were %zu, %zu mappings %zu, %zu pages %zu, %zu files %zu, "
                 "%ld blocks %ld",
                 what, after.descriptors, before.descriptors, after.mappings, before.mappings,
                 after.pages, before.pages, after.files, before.files, after.blocks, before.blocks);
}

static void end_world(struct world *world)
{
    usdt_dyn_watch_free(world->watch);
    usdt_dyn_provider_free(world->provider);
    *world = (struct world){.backing = world->backing};
}

/* The probes are there: not enabled, and a tracer could come. */
static void expect_alive(const struct world *world)
{
    assert_non_null(usdt_dyn_provider_path(world->provider));
    assert_false(usdt_dyn_probe_enabled(world->probes[0]));
    support_set_semaphore(world->probes[1], 1);
    usdt_dyn_fire(world->probes[1], 7);
    assert_true(usdt_dyn_probe_enabled(world->probes[1]));
    support_set_semaphore(world->probes[1], 0);
}

enum outcome {
    NOT_CALLED, /* so often the call is not made */
    REFUSED,    /* a step failed, and worked the second time */
    TOLERATED,  /* no step failed */
};

/* Somebody has cleaned up: the folders are made again, with the faults that this can have. */
static void remove_folders(void)
{
    char path[128];

    snprintf(path, sizeof(path), "%s/usdt-dyn-%u", support_folder, geteuid());
    support_remove_folder(path);
}

/* Goes through all steps with one fault. */
static enum outcome live_with(enum fault_call call, unsigned int nth, int error,
                              usdt_dyn_backing backing)
{
    struct left before = look_around();
    struct world world = {.backing = backing};
    bool has_failed = false, has_struck = false;
    char what[128];
    size_t i;

    snprintf(what, sizeof(what), "backing %d, call %u of %s fails with %d", (int)backing, nth,
             fault_kinds[call].name, error);
    remove_folders();
    fault_arm(call, nth, error);
    for (i = 0; i < STEPS; i++) {
        bool was_loaded = usdt_dyn_provider_path(world.provider) != NULL;
        int result = steps[i].run(&world);

        if (result == 0)
            continue;
        has_struck = fault_disarm();
        has_failed = true;
        if (!has_struck || result > 0 || strlen(usdt_dyn_last_error()) < 10)
            fail_msg("%s: %s is %d, \"%s\"", what, steps[i].name, result, usdt_dyn_last_error());
        if ((usdt_dyn_provider_path(world.provider) != NULL) != was_loaded)
            fail_msg("%s: %s has failed, but not left all as it was", what, steps[i].name);
        result = steps[i].run(&world);
        if (result != 0)
            fail_msg("%s: %s again is %d, %s", what, steps[i].name, result, usdt_dyn_last_error());
    }
    has_struck |= fault_disarm();
    expect_alive(&world);
    end_world(&world);
    /* A descriptor that cannot be looked at may be somebody else's by now: it is left open. */
    if (call == FAULT_fstat && has_struck && support_count_descriptors() == before.descriptors + 1)
        before.descriptors++;
    expect_nothing_left(before, what);
    return has_failed ? REFUSED : has_struck ? TOLERATED : NOT_CALLED;
}

/* The first world opens what stays for the process: the page that notices a fork, its folder. */
static void warm_up(usdt_dyn_backing backing)
{
    struct world world = {.backing = backing};
    size_t i;

    (void)look_around();
    for (i = 0; i < STEPS; i++)
        assert_ok(steps[i].run(&world));
    end_world(&world);
    (void)look_around();
}

struct sum {
    unsigned int refused, tolerated;
};

static struct sum fail_each(enum fault_call call, usdt_dyn_backing backing)
{
    struct sum sum = {0, 0};
    enum outcome outcome;
    unsigned int nth;
    size_t i;

    for (i = 0; i == 0 || fault_kinds[call].errors[i] != 0; i++) {
        for (nth = 1;; nth++) {
            outcome = live_with(call, nth, fault_kinds[call].errors[i], backing);
            if (outcome == NOT_CALLED)
                break;
            sum.refused += outcome == REFUSED;
            sum.tolerated += outcome == TOLERATED;
        }
    }
    return sum;
}

/* What must not stop anybody: these calls make things better, not possible. */
static bool is_for_comfort(enum fault_call call)
{
    return call == FAULT_inotify_init1 || call == FAULT_inotify_add_watch ||
           call == FAULT_getrandom || call == FAULT_interrupted_pwrite ||
           call == FAULT_short_pwrite;
}

static void fail_all(usdt_dyn_backing backing, const char *name)
{
    unsigned int kinds = 0;
    int call;

    warm_up(backing);
    for (call = 0; call < FAULT_COUNT; call++) {
        struct sum sum = fail_each((enum fault_call)call, backing);

        if (sum.refused + sum.tolerated == 0)
            continue;
        kinds++;
        print_message("%s: %s failed %u times: %u refused, %u tolerated\n", name,
                      fault_kinds[call].name, sum.refused + sum.tolerated, sum.refused,
                      sum.tolerated);
        if (is_for_comfort((enum fault_call)call))
            assert_int_equal(sum.refused, 0);
    }
    assert_true(kinds >= 8);
}

static void a_memfd(void **state)
{
    (void)state;
    fail_all(USDT_DYN_BACKING_MEMFD, "memfd");
}

static void a_private_file(void **state)
{
    (void)state;
    fail_all(USDT_DYN_BACKING_FILE, "file");
}

static void a_shared_file(void **state)
{
    (void)state;
    fail_all(USDT_DYN_BACKING_SHARED, "shared");
}

static void any_backing(void **state)
{
    (void)state;
    fail_all(USDT_DYN_BACKING_AUTO, "auto");
}

/* What a tracer does, once the other thread is asleep in its wait. */
static void *count_up_later(void *data)
{
    const usdt_dyn_probe *probe = data;
    struct timespec pause = {.tv_nsec = 1000000};
    uint16_t value = 1;
    char name[64], where[64];
    int memory, turns;

    snprintf(name, sizeof(name), "/proc/self/task/%d/wchan", (int)getpid());
    for (turns = 0; turns < 10000; turns++) {
        FILE *file = fopen(name, "re");
        bool is_asleep = file != NULL && fgets(where, sizeof(where), file) != NULL &&
                         strstr(where, "poll") != NULL;

        if (file != NULL)
            (void)fclose(file);
        if (is_asleep)
            break;
        (void)nanosleep(&pause, NULL);
    }
    memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    (void)!pwrite(memory, &value, sizeof(value), (off_t)(uintptr_t)usdt_dyn_probe_semaphore(probe));
    (void)close(memory);
    return NULL;
}

/* Nothing tells of an open; the change is seen all the same, long before the slow look. */
static void a_watch_without_inotify(void **state)
{
    struct world world = {.backing = USDT_DYN_BACKING_FILE};
    struct timespec begin, end;
    pthread_t thread;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++)
        assert_ok(steps[i].run(&world));
    assert_ok(make_watch(&world));
    fault_arm(FAULT_inotify_init1, 1, EMFILE);
    assert_ok(add_to_watch(&world));
    assert_true(fault_disarm());
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &begin), 0);
    assert_int_equal(pthread_create(&thread, NULL, count_up_later, world.probes[0]), 0);
    assert_int_equal(usdt_dyn_watch_wait(world.watch, 30000), 1);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &end), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(end.tv_sec - begin.tv_sec < 20);
    end_world(&world);
}

/* With an umask that makes files need fchmod(). */
static int enter_folder(void **state)
{
    int error = support_enter_folder(state);

    (void)umask(0200);
    return error;
}

static int leave_folder(void **state)
{
    (void)umask(022);
    return support_leave_folder(state);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_memfd),     TEST(a_private_file),          TEST(a_shared_file),
        TEST(any_backing), TEST(a_watch_without_inotify),
    };

    return !!cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
