/* SPDX-License-Identifier: MIT */
/* Bad input: a negative errno, a sentence that names what is wrong, and nothing changed. */
#include <errno.h>
#include <string.h>

#include "core/provider.h"
#include "support.h"
#include "test.h"

static usdt_dyn_provider *provider;
static usdt_dyn_probe *first;
static const usdt_dyn_arg one[] = {{"id", USDT_DYN_INT64}};

static int make_provider(void **state)
{
    (void)state;
    provider = support_provider("unit", "first", one, 1, &first);
    return 0;
}

static int free_provider(void **state)
{
    (void)state;
    usdt_dyn_provider_free(provider);
    return 0;
}

static void provider_new(void **state)
{
    usdt_dyn_provider *made = (usdt_dyn_provider *)1;
    char long_name[129];

    (void)state;
    assert_error(usdt_dyn_provider_new(NULL, "unit"), -EINVAL, "no place to put the provider");
    assert_error(usdt_dyn_provider_new(&made, NULL), -EINVAL, "the provider name is NULL");
    assert_null(made);
    made = (usdt_dyn_provider *)1;
    assert_error(usdt_dyn_provider_new(&made, ""), -EINVAL, "empty");
    assert_null(made);
    assert_error(usdt_dyn_provider_new(&made, "my-app"), -EINVAL, "\"my-app\"");
    assert_null(made);
    memset(long_name, 'n', sizeof(long_name));
    long_name[128] = '\0';
    assert_error(usdt_dyn_provider_new(&made, long_name), -EINVAL, "too long");
    assert_null(made);
}

/* What a program has that goes on without looking at errors. */
static void expect_never_enabled(usdt_dyn_probe *probe)
{
    const uint64_t values[] = {1, 2};
    const uintptr_t words[] = {2 * (uintptr_t)probe + 1, 1};
    int evaluated = 0;

    assert_non_null(probe);
    assert_false(usdt_dyn_enabled(probe));
    assert_false(usdt_dyn_probe_enabled(probe));
    assert_null(usdt_dyn_probe_semaphore(probe));
    usdt_dyn_fire(probe, ++evaluated);
    usdt_dyn_probe_fire(probe, values, 2);
    usdt_dyn_probe_fire(probe, NULL, 2);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), 1);
    assert_int_equal(evaluated, 0);
}

/* Tries to add a probe that is refused: the provider stays as it is. */
static void refused(int error, const char *words, const char *name, const usdt_dyn_arg *args,
                    size_t nargs)
{
    usdt_dyn_probe *probe = (usdt_dyn_probe *)1;
    size_t count = provider->count, names = provider->names.count;

    assert_error(usdt_dyn_provider_add_probe(provider, &probe, name, args, nargs), error, words);
    expect_never_enabled(probe);
    assert_int_equal(provider->count, count);
    assert_int_equal(provider->names.count, names);
}

static void add_probe_names(void **state)
{
    usdt_dyn_probe *probe = (usdt_dyn_probe *)1;

    (void)state;
    assert_error(usdt_dyn_provider_add_probe(NULL, &probe, "p", NULL, 0), -EINVAL,
                 "the provider is NULL");
    expect_never_enabled(probe);
    assert_error(usdt_dyn_provider_add_probe(provider, NULL, "p", NULL, 0), -EINVAL,
                 "place to put the probe is NULL");
    assert_int_equal(provider->count, 1);
    refused(-EINVAL, "the probe name is NULL", NULL, NULL, 0);
    refused(-EINVAL, "the probe name \"\" is empty", "", NULL, 0);
    refused(-EINVAL, "the probe name \"9\" is not allowed", "9", NULL, 0);
    refused(-EEXIST, "unit already has a probe first", "first", NULL, 0);
    refused(-EEXIST, "unit already has a probe first", "first", one, 1);
}

static void add_probe_arguments(void **state)
{
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS + 1];
    usdt_dyn_probe *probe;
    size_t i;

    (void)state;
    for (i = 0; i < USDT_DYN_MAX_ARGS + 1; i++)
        args[i] = one[0];
    refused(-E2BIG, "probe p has 13 arguments", "p", args, 13);
    refused(-E2BIG, "at most 12", "p", args, SIZE_MAX);
    refused(-E2BIG, "at most 12", "p", NULL, 13);
    refused(-EINVAL, "probe p: the arguments are NULL", "p", NULL, 1);
    args[11].name = NULL;
    refused(-EINVAL, "the argument name is NULL", "p", args, 12);
    args[11].name = "a b";
    refused(-EINVAL, "the argument name \"a b\"", "p", args, 12);
    args[11] = (usdt_dyn_arg){"odd", (usdt_dyn_type)11};
    refused(-EINVAL, "argument odd has the unknown type 11", "p", args, 12);
    args[11].type = (usdt_dyn_type)-1;
    refused(-EINVAL, "argument odd has the unknown type -1", "p", args, 12);
    args[11] = one[0];
    assert_ok(usdt_dyn_provider_add_probe(provider, &probe, "p", args, 12));
    assert_int_equal(provider->count, 2);
}

static void set_detection_and_backing(void **state)
{
    (void)state;
    assert_error(usdt_dyn_provider_set_detection(NULL, USDT_DYN_DETECT_SITE), -EINVAL, "NULL");
    assert_error(usdt_dyn_provider_set_detection(provider, (usdt_dyn_detection)2), -EINVAL,
                 "no detection 2");
    assert_error(usdt_dyn_provider_set_detection(provider, (usdt_dyn_detection)-1), -EINVAL,
                 "no detection -1");
    assert_int_equal(provider->detection, USDT_DYN_DETECT_SEMAPHORE);
    assert_error(usdt_dyn_provider_set_backing(NULL, USDT_DYN_BACKING_FILE), -EINVAL, "NULL");
    assert_error(usdt_dyn_provider_set_backing(provider, (usdt_dyn_backing)4), -EINVAL,
                 "no backing 4");
    assert_error(usdt_dyn_provider_set_backing(provider, (usdt_dyn_backing)-1), -EINVAL,
                 "no backing -1");
    assert_int_equal(provider->backing, USDT_DYN_BACKING_AUTO);
}

static void load_with_no_probes(void **state)
{
    usdt_dyn_provider *empty;
    usdt_dyn_probe *probe;

    (void)state;
    assert_error(usdt_dyn_provider_load(NULL), -EINVAL, "the provider is NULL");
    assert_ok(usdt_dyn_provider_new(&empty, "empty"));
    assert_error(usdt_dyn_provider_load(empty), -EINVAL, "empty has no probes");
    assert_null(usdt_dyn_provider_path(empty));
    assert_ok(usdt_dyn_provider_add_probe(empty, &probe, "p", NULL, 0));
    assert_ok(usdt_dyn_provider_load(empty));
    usdt_dyn_provider_free(empty);
}

static void load_twice_changes_nothing(void **state)
{
    char path[256];
    const volatile uint16_t *semaphore;
    size_t mappings, descriptors;

    (void)state;
    assert_ok(usdt_dyn_provider_load(provider));
    strncpy(path, usdt_dyn_provider_path(provider), sizeof(path) - 1);
    semaphore = usdt_dyn_probe_semaphore(first);
    mappings = support_count_mappings("unit", NULL);
    descriptors = support_count_descriptors();
    assert_ok(usdt_dyn_provider_load(provider));
    assert_string_equal(usdt_dyn_provider_path(provider), path);
    assert_ptr_equal(usdt_dyn_probe_semaphore(first), semaphore);
    assert_int_equal(support_count_mappings("unit", NULL), mappings);
    assert_int_equal(support_count_descriptors(), descriptors);
}

static void unload_before_load_changes_nothing(void **state)
{
    (void)state;
    assert_error(usdt_dyn_provider_unload(NULL), -EINVAL, "the provider is NULL");
    assert_ok(usdt_dyn_provider_unload(provider));
    assert_null(usdt_dyn_provider_path(provider));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_ok(usdt_dyn_provider_unload(provider));
    assert_ok(usdt_dyn_provider_unload(provider));
}

/* All that a program can call which ignores that nothing has worked from the start. */
static void a_program_that_ignores_all_errors_goes_on(void **state)
{
    usdt_dyn_provider *none;
    usdt_dyn_probe *probe;
    usdt_dyn_watch *watch;

    (void)state;
    (void)usdt_dyn_provider_new(&none, "no good name");
    (void)usdt_dyn_provider_set_backing(none, USDT_DYN_BACKING_FILE);
    (void)usdt_dyn_provider_set_detection(none, USDT_DYN_DETECT_SITE);
    (void)usdt_dyn_provider_add_probe(none, &probe, "p", one, 1);
    (void)usdt_dyn_provider_load(none);
    assert_ok(usdt_dyn_watch_new(&watch));
    (void)usdt_dyn_watch_add(watch, none);
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 0);
    expect_never_enabled(probe);
    (void)usdt_dyn_provider_unload(none);
    usdt_dyn_provider_free(none);
    usdt_dyn_watch_free(watch);
    expect_never_enabled(probe);
}

static void the_rest_takes_null(void **state)
{
    (void)state;
    usdt_dyn_provider_free(NULL);
    assert_null(usdt_dyn_provider_path(NULL));
    assert_null(usdt_dyn_probe_semaphore(NULL));
    assert_false(usdt_dyn_probe_enabled(NULL));
    usdt_dyn_probe_fire(NULL, NULL, 0);
    usdt_dyn_probe_fire(NULL, NULL, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(provider_new, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(add_probe_names, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(add_probe_arguments, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(set_detection_and_backing, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(load_with_no_probes, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(load_twice_changes_nothing, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(unload_before_load_changes_nothing, make_provider,
                                        free_provider),
        cmocka_unit_test(a_program_that_ignores_all_errors_goes_on),
        cmocka_unit_test(the_rest_takes_null),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
