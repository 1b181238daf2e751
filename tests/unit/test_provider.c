/* SPDX-License-Identifier: MIT */
/* The life of a provider: load, add, load again, unload, free, with each backing. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/provider.h"
#include "support.h"
#include "system/system.h"
#include "test.h"

static const usdt_dyn_arg one[] = {{"id", USDT_DYN_INT64}};

static const usdt_dyn_backing backings[] = {USDT_DYN_BACKING_AUTO, USDT_DYN_BACKING_MEMFD,
                                            USDT_DYN_BACKING_FILE, USDT_DYN_BACKING_SHARED};
#define BACKINGS (sizeof(backings) / sizeof(backings[0]))

static void handles_stay_when_probes_are_added(void **state)
{
    usdt_dyn_probe *early, *late;
    usdt_dyn_provider *provider = support_provider("grows", "early", one, 1, &early);
    const volatile uint16_t *semaphore;
    const void *site;
    char path[256];

    (void)state;
    assert_null(usdt_dyn_probe_semaphore(early));
    assert_null(usdt_dyn_provider_path(provider));
    assert_false(usdt_dyn_enabled(early));

    assert_ok(usdt_dyn_provider_load(provider));
    semaphore = usdt_dyn_probe_semaphore(early);
    site = udyn_probe_of(early)->site;
    assert_non_null(semaphore);
    assert_int_equal(*semaphore, 0);
    support_set_semaphore(early, 1);
    assert_true(usdt_dyn_enabled(early));
    assert_true(usdt_dyn_probe_enabled(early));

    assert_ok(usdt_dyn_provider_add_probe(provider, &late, "late", one, 1));
    assert_null(usdt_dyn_probe_semaphore(late));
    strncpy(path, usdt_dyn_provider_path(provider), sizeof(path) - 1);
    assert_ok(usdt_dyn_provider_load(provider));
    assert_string_not_equal(usdt_dyn_provider_path(provider), path);
    assert_ptr_equal(usdt_dyn_probe_semaphore(early), semaphore);
    assert_ptr_equal(udyn_probe_of(early)->site, site);
    assert_true(usdt_dyn_enabled(early)); /* a tracer that was there still is */
    assert_false(usdt_dyn_enabled(late));
    assert_non_null(usdt_dyn_probe_semaphore(late));
    usdt_dyn_provider_free(provider);
}

static void unload_keeps_handles_and_load_brings_back(void **state)
{
    usdt_dyn_probe *probe;
    usdt_dyn_provider *provider = support_provider("comes", "p", one, 1, &probe);
    const volatile uint16_t *semaphore;

    (void)state;
    assert_ok(usdt_dyn_provider_load(provider));
    semaphore = usdt_dyn_probe_semaphore(probe);
    assert_ok(usdt_dyn_provider_unload(provider));
    assert_null(usdt_dyn_provider_path(provider));
    assert_ptr_equal(usdt_dyn_probe_semaphore(probe), semaphore);
    assert_false(usdt_dyn_enabled(probe)); /* the word is still mapped */
    assert_ok(usdt_dyn_provider_load(provider));
    assert_ptr_equal(usdt_dyn_probe_semaphore(probe), semaphore);
    assert_non_null(usdt_dyn_provider_path(provider));
    usdt_dyn_provider_free(provider);
}

static void one_provider_and_probe_is_live_at_a_time(void **state)
{
    usdt_dyn_probe *probe;
    usdt_dyn_provider *a = support_provider("same", "show", one, 1, &probe);
    usdt_dyn_provider *b = support_provider("same", "show", NULL, 0, &probe);
    usdt_dyn_provider *c = support_provider("same", "hide", NULL, 0, &probe);
    usdt_dyn_provider *d = support_provider("other", "show", NULL, 0, &probe);
    size_t mappings;

    (void)state;
    assert_ok(usdt_dyn_provider_load(a));
    mappings = support_count_mappings("same", NULL);
    assert_error(usdt_dyn_provider_load(b), -EEXIST, "same:show is already live");
    assert_null(usdt_dyn_provider_path(b));
    assert_int_equal(support_count_mappings("same", NULL), mappings);
    assert_ok(usdt_dyn_provider_load(c)); /* another probe of the same provider name */
    assert_ok(usdt_dyn_provider_load(d)); /* the same probe of another provider */

    /* A probe that comes later can clash too; what is loaded stays as it is. */
    assert_ok(usdt_dyn_provider_add_probe(c, &probe, "show", NULL, 0));
    assert_error(usdt_dyn_provider_load(c), -EEXIST, "same:show");
    assert_non_null(usdt_dyn_provider_path(c));

    assert_ok(usdt_dyn_provider_unload(a));
    assert_ok(usdt_dyn_provider_load(b));
    assert_error(usdt_dyn_provider_load(a), -EEXIST, "same:show");
    usdt_dyn_provider_free(b);
    assert_ok(usdt_dyn_provider_load(a));
    usdt_dyn_provider_free(a);
    usdt_dyn_provider_free(c);
    usdt_dyn_provider_free(d);
}

/* What a backing is called in /proc/PID/maps, and that the path leads to an ELF file. */
static void a_person_can_tell_what_the_mapping_is(void **state)
{
    usdt_dyn_probe *probe;
    size_t i;

    (void)state;
    for (i = 0; i < BACKINGS; i++) {
        usdt_dyn_provider *provider = support_provider("named", "p", one, 1, &probe);
        char magic[4] = "";
        int fd;

        assert_ok(usdt_dyn_provider_set_backing(provider, backings[i]));
        assert_ok(usdt_dyn_provider_load(provider));
        if (backings[i] == USDT_DYN_BACKING_MEMFD)
            assert_true(support_count_mappings("/memfd:usdt-dyn.named", NULL) > 0);
        else
            assert_true(support_count_mappings("/usdt-dyn-", NULL) > 0 &&
                        support_count_mappings("/named.", NULL) > 0);
        fd = open(usdt_dyn_provider_path(provider), O_RDONLY | O_CLOEXEC);
        assert_int_equal(read(fd, magic, sizeof(magic)), sizeof(magic));
        assert_memory_equal(magic, "\177ELF", 4);
        close(fd);
        usdt_dyn_provider_free(provider);
        assert_int_equal(support_count_mappings("named", NULL), 0);
    }
}

/* Free gives everything back: mappings, descriptors, files. */
static void nothing_is_left_after_free(void **state)
{
    usdt_dyn_probe *probe;
    size_t i, round, descriptors = 0;
    char path[256];

    (void)state;
    for (i = 0; i < BACKINGS; i++) {
        for (round = 0; round < 20; round++) {
            usdt_dyn_provider *provider = support_provider("leaves", "p", one, 1, &probe);

            assert_ok(usdt_dyn_provider_set_backing(provider, backings[i]));
            assert_ok(usdt_dyn_provider_load(provider));
            strncpy(path, usdt_dyn_provider_path(provider), sizeof(path) - 1);
            usdt_dyn_provider_free(provider);
            assert_int_equal(access(path, F_OK), -1);
            assert_int_equal(support_count_mappings("leaves", NULL), 0);
            if (round == 0)
                descriptors = support_count_descriptors();
        }
        assert_int_equal(support_count_descriptors(), descriptors);
    }
}

static void load_and_unload_grow_nothing(void **state)
{
    usdt_dyn_probe *probe;
    size_t i, round, mappings, descriptors;

    (void)state;
    for (i = 0; i < BACKINGS; i++) {
        usdt_dyn_provider *provider = support_provider("cycles", "p", one, 1, &probe);

        assert_ok(usdt_dyn_provider_set_backing(provider, backings[i]));
        assert_ok(usdt_dyn_provider_load(provider));
        mappings = support_count_mappings("cycles", NULL);
        descriptors = support_count_descriptors();
        for (round = 0; round < 200; round++) {
            assert_ok(usdt_dyn_provider_unload(provider));
            assert_ok(usdt_dyn_provider_load(provider));
        }
        assert_int_equal(support_count_mappings("cycles", NULL), mappings);
        assert_int_equal(support_count_descriptors(), descriptors);
        usdt_dyn_provider_free(provider);
    }
}

static void site_detection_has_no_semaphore(void **state)
{
    usdt_dyn_probe *probe, *late;
    usdt_dyn_provider *provider = support_provider("bysite", "p", one, 1, &probe);

    (void)state;
    assert_ok(usdt_dyn_provider_set_detection(provider, USDT_DYN_DETECT_SITE));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_null(usdt_dyn_probe_semaphore(probe));
    assert_false(usdt_dyn_enabled(probe));
    assert_ptr_equal(probe->watched, udyn_probe_of(probe)->site);

    /* The choice is for probes that are not loaded yet. */
    assert_ok(usdt_dyn_provider_set_detection(provider, USDT_DYN_DETECT_SEMAPHORE));
    assert_ok(usdt_dyn_provider_add_probe(provider, &late, "late", one, 1));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_null(usdt_dyn_probe_semaphore(probe));
    assert_non_null(usdt_dyn_probe_semaphore(late));
    usdt_dyn_provider_free(provider);
}

/* So many that a load takes as long as it takes a thread to come to its own. */
#define MANY 2000

static usdt_dyn_provider *make_many(const char *name)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    char probe_name[16];
    int i;

    assert_ok(usdt_dyn_provider_new(&provider, name));
    for (i = 0; i < MANY; i++) {
        snprintf(probe_name, sizeof(probe_name), "p%d", i);
        assert_ok(usdt_dyn_provider_add_probe(provider, &probe, probe_name, one, 1));
    }
    return provider;
}

static pthread_barrier_t barrier;

static void *load_at_once(void *provider)
{
    (void)pthread_barrier_wait(&barrier);
    return (void *)(intptr_t)usdt_dyn_provider_load(provider);
}

/* Loads both in two threads. Returns how many loads succeeded; the others are told of a clash. */
static int load_both(usdt_dyn_provider *a, usdt_dyn_provider *b)
{
    usdt_dyn_provider *const providers[] = {a, b};
    pthread_t threads[2];
    int loaded = 0, i;

    assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
    for (i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load_at_once, providers[i]), 0);
    for (i = 0; i < 2; i++) {
        void *result;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_true((intptr_t)result == 0 || (intptr_t)result == -EEXIST);
        loaded += (intptr_t)result == 0;
    }
    assert_int_equal(pthread_barrier_destroy(&barrier), 0);
    return loaded;
}

static void loads_at_the_same_time_make_one_image(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 10; i++) {
        usdt_dyn_provider *a = make_many("at_once"), *b = make_many("at_once");

        assert_int_equal(load_both(a, a), 2);
        assert_non_null(a->images);
        assert_null(a->images->next);
        assert_ok(usdt_dyn_provider_unload(a));
        usdt_dyn_provider_free(a);
        a = make_many("at_once");
        assert_int_equal(load_both(a, b), 1);
        assert_int_not_equal(usdt_dyn_provider_path(a) == NULL, usdt_dyn_provider_path(b) == NULL);
        usdt_dyn_provider_free(a);
        usdt_dyn_provider_free(b);
    }
}

static void the_version_is_the_headers(void **state)
{
    char expected[32];

    (void)state;
    snprintf(expected, sizeof(expected), "%d.%d.%d", USDT_DYN_VERSION_MAJOR, USDT_DYN_VERSION_MINOR,
             USDT_DYN_VERSION_PATCH);
    assert_string_equal(usdt_dyn_version(), expected);
    assert_int_equal(usdt_dyn_supported(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_stay_when_probes_are_added),
        cmocka_unit_test(unload_keeps_handles_and_load_brings_back),
        cmocka_unit_test(one_provider_and_probe_is_live_at_a_time),
        cmocka_unit_test(a_person_can_tell_what_the_mapping_is),
        cmocka_unit_test(nothing_is_left_after_free),
        cmocka_unit_test(load_and_unload_grow_nothing),
        cmocka_unit_test(site_detection_has_no_semaphore),
        cmocka_unit_test(loads_at_the_same_time_make_one_image),
        cmocka_unit_test(the_version_is_the_headers),
    };
    const char *folder = support_make_folder();
    int failures;

    setenv("USDT_DYN_DIR", folder, 1);
    failures = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove_folder(folder);
    return !!failures;
}
