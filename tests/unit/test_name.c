/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/name.h"
#include "support.h"
#include "test.h"

static void takes_the_names_that_all_tracers_take(void **state)
{
    static const char *const good[] = {"a",         "_",    "A9", "snake_case",
                                       "CamelCase", "a__b", "_0", "z9Z"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_ok(udyn_name_check("probe", good[i]));
}

static void refuses_other_names_and_says_which(void **state)
{
    static const char *const bad[] = {"1a",          "a-b", "a.b", "a b", "a:b",
                                      "caf\xc3\xa9", " a",  "a\n", "a/b", "a\x7f",
                                      "$a",          "a*",  "-"};
    char shown[80], *c;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(shown, sizeof(shown), "the probe name \"%s\" is not allowed", bad[i]);
        for (c = shown; *c != '\0'; c++)
            if (*c < ' ' || *c > '~')
                *c = '?';
        assert_error(udyn_name_check("probe", bad[i]), -EINVAL, shown);
    }
    assert_error(udyn_name_check("provider", ""), -EINVAL, "the provider name \"\" is empty");
    assert_error(udyn_name_check("argument", NULL), -EINVAL, "the argument name is NULL");
}

static void takes_127_bytes_and_not_128(void **state)
{
    char name[129];

    (void)state;
    memset(name, 'n', sizeof(name));
    name[127] = '\0';
    assert_ok(udyn_name_check("probe", name));
    name[127] = 'n';
    name[128] = '\0';
    assert_error(udyn_name_check("probe", name), -EINVAL, "at most 127 bytes");
}

/* A name that goes on over many megabytes costs no more than one of 128 bytes, and the sentence is
 * whole. */
static void a_sentence_shows_only_the_start_of_a_long_name(void **state)
{
    static char name[1 << 20];

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    assert_error(udyn_name_check("probe", name), -EINVAL, "...\" is too long");
    assert_true(strlen(usdt_dyn_last_error()) < 200);
}

static void a_table_finds_what_was_added(void **state)
{
    static char names[1000][8];
    struct udyn_names table = {0};
    size_t i, position;

    (void)state;
    assert_false(udyn_names_find(&table, "n0", &position));
    for (i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof(names[i]), "n%zu", i);
        assert_ok(udyn_names_reserve(&table));
        udyn_names_add(&table, names[i], i);
    }
    for (i = 0; i < 1000; i++) {
        char copy[8];

        strcpy(copy, names[i]);
        assert_true(udyn_names_find(&table, copy, &position));
        assert_int_equal(position, i);
    }
    assert_false(udyn_names_find(&table, "n1000", &position));
    assert_false(udyn_names_find(&table, "n", &position));
    udyn_names_free(&table);
    assert_false(udyn_names_find(&table, "n0", &position));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_names_that_all_tracers_take),
        cmocka_unit_test(refuses_other_names_and_says_which),
        cmocka_unit_test(takes_127_bytes_and_not_128),
        cmocka_unit_test(a_sentence_shows_only_the_start_of_a_long_name),
        cmocka_unit_test(a_table_finds_what_was_added),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
