/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/provider.h"
#include "support.h"
#include "test.h"

static const char *folder;
static usdt_dyn_provider *provider;
static usdt_dyn_probe *probe;

static const char *const variables[] = {"USDT_DYN_DISABLE", "USDT_DYN_BACKING", "USDT_DYN_DIR",
                                        "USDT_DYN_SITE", "USDT_DYN_DEBUG"};

static int setup(void **state)
{
    static const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}, {"to", USDT_DYN_STRING}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    setenv("USDT_DYN_DIR", folder, 1);
    provider = support_provider("unit", "p", args, 2, &probe);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    usdt_dyn_provider_free(provider);
    return 0;
}

/* Loads, and says whether the path of the image has these words in it. */
static bool is_loaded_in(const char *words)
{
    assert_ok(usdt_dyn_provider_load(provider));
    return strstr(usdt_dyn_provider_path(provider), words) != NULL;
}

/* Refused, and nothing is there afterwards; it works once the variable is right. */
static void check_refused(const char *variable, const char *value, int error, const char *words)
{
    size_t descriptors = support_count_descriptors();

    setenv(variable, value, 1);
    assert_error(usdt_dyn_provider_load(provider), error, words);
    assert_null(usdt_dyn_provider_path(provider));
    assert_null(usdt_dyn_probe_semaphore(probe));
    assert_int_equal(support_count_mappings("unit.", NULL), 0);
    assert_int_equal(support_count_descriptors(), descriptors);
    unsetenv(variable);
    assert_ok(usdt_dyn_provider_load(provider));
}

static void disabled_everything_succeeds_and_nothing_is_enabled(void **state)
{
    const uint64_t values[] = {1, 0};
    usdt_dyn_probe *late;

    (void)state;
    setenv("USDT_DYN_DISABLE", "1", 1);
    setenv("USDT_DYN_BACKING", "nonsense", 1); /* not even looked at */
    assert_int_equal(usdt_dyn_supported(), 0);
    assert_non_null(strstr(usdt_dyn_last_error(), "USDT_DYN_DISABLE=1"));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_ok(usdt_dyn_provider_add_probe(provider, &late, "late", NULL, 0));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_null(usdt_dyn_provider_path(provider));
    assert_int_equal(support_count_mappings("usdt-dyn.", NULL), 0);
    assert_int_equal(*usdt_dyn_probe_semaphore(probe), 0);
    assert_int_equal(*usdt_dyn_probe_semaphore(late), 0);
    assert_false(usdt_dyn_enabled(probe));
    usdt_dyn_probe_fire(probe, values, 2);
    usdt_dyn_fire(late);
    assert_ok(usdt_dyn_provider_unload(provider));
    assert_ok(usdt_dyn_provider_unload(provider));
}

static void disabled_by_nothing_but_1(void **state)
{
    (void)state;
    setenv("USDT_DYN_DISABLE", "0", 1);
    assert_int_equal(usdt_dyn_supported(), 1);
    setenv("USDT_DYN_DISABLE", "", 1);
    assert_int_equal(usdt_dyn_supported(), 1);
}

static void backing_memfd(void **state)
{
    (void)state;
    setenv("USDT_DYN_BACKING", "memfd", 1);
    assert_true(is_loaded_in("/proc/"));
}

static void backing_file(void **state)
{
    char expected[128];

    (void)state;
    setenv("USDT_DYN_BACKING", "file", 1);
    snprintf(expected, sizeof(expected), "%s/usdt-dyn-%u/%d-", folder, geteuid(), (int)getpid());
    assert_true(is_loaded_in(expected));
}

static void backing_shared(void **state)
{
    char expected[128];

    (void)state;
    setenv("USDT_DYN_BACKING", "shared", 1);
    snprintf(expected, sizeof(expected), "%s/usdt-dyn-%u/shared/unit.", folder, geteuid());
    assert_true(is_loaded_in(expected));
}

static void the_programs_choice_comes_before_the_environment(void **state)
{
    (void)state;
    setenv("USDT_DYN_BACKING", "file", 1);
    assert_ok(usdt_dyn_provider_set_backing(provider, USDT_DYN_BACKING_MEMFD));
    assert_true(is_loaded_in("/proc/"));
}

static void backing_of_another_name(void **state)
{
    (void)state;
    check_refused("USDT_DYN_BACKING", "disk", -EINVAL, "USDT_DYN_BACKING=disk");
}

/* As scripts set them that have nothing to say. */
static void empty_and_auto_are_not_set(void **state)
{
    static const char *const names[] = {"USDT_DYN_BACKING", "USDT_DYN_DIR", "USDT_DYN_SITE"};
    static const char *const values[] = {"", "auto"};
    size_t i, j;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
            usdt_dyn_probe *made;
            usdt_dyn_provider *own = support_provider("left_to_us", "p", NULL, 0, &made);

            setenv(names[i], values[j], 1);
            assert_ok(usdt_dyn_provider_load(own));
            usdt_dyn_provider_free(own);
            unsetenv(names[i]);
        }
    }
}

static void site_of_another_name(void **state)
{
    (void)state;
    check_refused("USDT_DYN_SITE", "nop6", -EINVAL, "USDT_DYN_SITE=nop6");
}

static void site_by_name(void **state)
{
#if defined(__x86_64__)
    static const struct {
        const char *name;
        const char *code;
        size_t size;
    } sites[] = {
        {"nop", "\x90\xc3", 2},
        {"nop5", "\x0f\x1f\x44\x00\x00\xc3", 6},
        {"nop10", "\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00\xc3", 11},
    };
    size_t i;

    for (i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
        usdt_dyn_probe *made;
        usdt_dyn_provider *own = support_provider("site", "p", NULL, 0, &made);

        setenv("USDT_DYN_SITE", sites[i].name, 1);
        assert_ok(usdt_dyn_provider_load(own));
        assert_memory_equal(udyn_probe_of(made)->site, sites[i].code, sites[i].size);
        usdt_dyn_provider_free(own);
    }
#else
    setenv("USDT_DYN_SITE", "nop", 1);
    assert_ok(usdt_dyn_provider_load(provider));
#endif
    (void)state;
}

static void a_folder_for_files(void **state)
{
    char expected[128];

    (void)state;
    snprintf(expected, sizeof(expected), "%s/usdt-dyn-", folder);
    assert_true(is_loaded_in(expected));
}

/* A file is asked for, and there is no other place than the one that was named. */
static void a_folder_that_is_not_there(void **state)
{
    (void)state;
    setenv("USDT_DYN_DIR", "/nonexistent", 1);
    assert_ok(usdt_dyn_provider_set_backing(provider, USDT_DYN_BACKING_FILE));
    assert_error(usdt_dyn_provider_load(provider), -ENOENT, "/nonexistent");
    setenv("USDT_DYN_DIR", "relative", 1);
    assert_error(usdt_dyn_provider_load(provider), -EINVAL, "not an absolute path");
    assert_null(usdt_dyn_provider_path(provider));
    setenv("USDT_DYN_DIR", folder, 1);
    assert_ok(usdt_dyn_provider_load(provider));
}

/* AUTO has a way left that needs no folder. */
static void auto_goes_on_to_a_memfd(void **state)
{
    (void)state;
    setenv("USDT_DYN_DIR", "/nonexistent", 1);
    assert_true(is_loaded_in("/proc/"));
}

static void without_variables_it_is_a_file_in_memory(void **state)
{
    (void)state;
    unsetenv("USDT_DYN_DIR");
    unsetenv("XDG_RUNTIME_DIR");
    assert_true(is_loaded_in("/dev/shm/usdt-dyn-") || is_loaded_in("/proc/"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(disabled_everything_succeeds_and_nothing_is_enabled),
        TEST(disabled_by_nothing_but_1),
        TEST(backing_memfd),
        TEST(backing_file),
        TEST(backing_shared),
        TEST(the_programs_choice_comes_before_the_environment),
        TEST(backing_of_another_name),
        TEST(empty_and_auto_are_not_set),
        TEST(site_of_another_name),
        TEST(site_by_name),
        TEST(a_folder_for_files),
        TEST(a_folder_that_is_not_there),
        TEST(auto_goes_on_to_a_memfd),
        TEST(without_variables_it_is_a_file_in_memory),
    };
    int failures;

    folder = support_make_folder();
    failures = cmocka_run_group_tests(tests, NULL, NULL);
    support_remove_folder(folder);
    return !!failures;
}
