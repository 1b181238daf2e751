/* SPDX-License-Identifier: MIT */
/*
 * usdt_dyn_fire(): what becomes of each kind of value, and when it is evaluated. A probe by hand
 * with a word of our own for a semaphore, and in place of the library a usdt_dyn_probe_fire() that
 * keeps what it gets. macro_cpp.cpp runs the same as C++.
 */
#include <string.h>

#include "test.h"
#include "usdt-dyn.h"

#ifdef __cplusplus
#define BITS(v) static_cast<uint64_t>(v)
#else
#define BITS(v) ((uint64_t)(v))
#endif

static uint64_t seen[USDT_DYN_MAX_ARGS];
static size_t nseen;
static int calls;
static volatile uint16_t semaphore;
static const usdt_dyn_probe probe = {&semaphore, 0};

void usdt_dyn_probe_fire(const usdt_dyn_probe *fired, const uint64_t *values, size_t nvalues)
{
    assert_ptr_equal(fired, &probe);
    calls++;
    nseen = nvalues;
    memcpy(seen, values, nvalues * sizeof(*values));
}

static int setup(void **state)
{
    (void)state;
    memset(seen, 0xee, sizeof(seen));
    nseen = 99;
    calls = 0;
    semaphore = 1;
    return 0;
}

static void integers_keep_their_value(void **state)
{
    signed char c = -5;
    short s = -300;
    int i = -70000;
    long l = -5000000000;
    unsigned char uc = 250;
    unsigned short us = 65000;
    unsigned int ui = 4000000000U;
    unsigned long ul = 0xffffffffffffffff;

    (void)state;
    usdt_dyn_fire(&probe, c, s, i, l, uc, us, ui, ul);
    assert_int_equal(nseen, 8);
    assert_true(seen[0] == BITS(-5) && seen[1] == BITS(-300));
    assert_true(seen[2] == BITS(-70000) && seen[3] == BITS(-5000000000));
    assert_true(seen[4] == 250 && seen[5] == 65000);
    assert_true(seen[6] == 4000000000U && seen[7] == 0xffffffffffffffff);
}

static void floating_numbers_travel_as_the_bits_of_a_double(void **state)
{
    float f = 0.1F;
    double d = -2.5;
    long double ld = 4.5L;
    const double constant = 1e300;

    (void)state;
    usdt_dyn_fire(&probe, f, d, ld, constant, 3.25, usdt_dyn_f64(-0.0));
    assert_int_equal(nseen, 6);
    assert_true(seen[0] == usdt_dyn_f64(0.1F));
    assert_true(seen[1] == usdt_dyn_f64(-2.5));
    assert_true(seen[1] == 0xc004000000000000);
    assert_true(seen[2] == usdt_dyn_f64(4.5));
    assert_true(seen[3] == usdt_dyn_f64(1e300));
    assert_true(seen[4] == usdt_dyn_f64(3.25));
    assert_true(seen[5] == 0x8000000000000000);
}

enum color {
    RED = -1,
    GREEN = 7
};

static void other_kinds_of_values(void **state)
{
    const char *string = "bread";
    char array[] = "butter";
    const int numbers[3] = {1, 2, 3};
    bool yes = true;
    enum color red = RED;
    struct {
        unsigned int narrow : 3;
    } bits = {5};
    void (*function)(void **) = other_kinds_of_values;

    (void)state;
    usdt_dyn_fire(&probe, string, array, numbers, "jam", NULL, yes, false, red, GREEN, bits.narrow,
                  'x', &numbers[1]);
    assert_int_equal(nseen, 12);
    assert_true(seen[0] == (uintptr_t)string && seen[1] == (uintptr_t)array);
    assert_true(seen[2] == (uintptr_t)numbers && seen[11] == (uintptr_t)(numbers + 1));
    assert_string_equal((const char *)(uintptr_t)seen[3], "jam");
    assert_true(seen[4] == 0 && seen[5] == 1 && seen[6] == 0);
    assert_true(seen[7] == BITS(-1) && seen[8] == 7 && seen[9] == 5 && seen[10] == 'x');
    usdt_dyn_fire(&probe, function);
    assert_true(seen[0] == (uintptr_t)function);
}

static void zero_to_twelve_values(void **state)
{
    size_t i;

    (void)state;
#define CHECK(n)                                                                                   \
    do {                                                                                           \
        assert_int_equal(nseen, n);                                                                \
        for (i = 0; i < (n); i++)                                                                  \
            assert_int_equal(seen[i], 100 * (n) + i + 1);                                          \
    } while (0)
    usdt_dyn_fire(&probe);
    assert_int_equal(nseen, 0);
    usdt_dyn_fire(&probe, 101);
    CHECK(1U);
    usdt_dyn_fire(&probe, 201, 202);
    CHECK(2U);
    usdt_dyn_fire(&probe, 301, 302, 303);
    CHECK(3U);
    usdt_dyn_fire(&probe, 401, 402, 403, 404);
    CHECK(4U);
    usdt_dyn_fire(&probe, 501, 502, 503, 504, 505);
    CHECK(5U);
    usdt_dyn_fire(&probe, 601, 602, 603, 604, 605, 606);
    CHECK(6U);
    usdt_dyn_fire(&probe, 701, 702, 703, 704, 705, 706, 707);
    CHECK(7U);
    usdt_dyn_fire(&probe, 801, 802, 803, 804, 805, 806, 807, 808);
    CHECK(8U);
    usdt_dyn_fire(&probe, 901, 902, 903, 904, 905, 906, 907, 908, 909);
    CHECK(9U);
    usdt_dyn_fire(&probe, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010);
    CHECK(10U);
    usdt_dyn_fire(&probe, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108, 1109, 1110, 1111);
    CHECK(11U);
    usdt_dyn_fire(&probe, 1201, 1202, 1203, 1204, 1205, 1206, 1207, 1208, 1209, 1210, 1211, 1212);
    CHECK(12U);
    assert_int_equal(calls, 13);
}

static int counted(int *count)
{
    return ++*count;
}

static double counted_double(int *count)
{
    ++*count;
    return 1.5;
}

static void values_are_evaluated_once_and_only_when_enabled(void **state)
{
    int integers = 0, doubles = 0;

    (void)state;
    semaphore = 0;
    usdt_dyn_fire(&probe, counted(&integers), counted_double(&doubles));
    assert_int_equal(calls + integers + doubles, 0);
    semaphore = 1;
    usdt_dyn_fire(&probe, counted(&integers), counted_double(&doubles));
    assert_int_equal(calls, 1);
    assert_int_equal(integers, 1);
    assert_int_equal(doubles, 1);
}

static const usdt_dyn_probe *counted_probe(int *count)
{
    ++*count;
    return &probe;
}

static void the_probe_is_evaluated_once(void **state)
{
    int count = 0;

    (void)state;
    usdt_dyn_fire(counted_probe(&count), 1);
    semaphore = 0;
    usdt_dyn_fire(counted_probe(&count), 1);
    assert_int_equal(count, 2);
}

/* One statement: it may be the whole body of an if. */
static void it_is_one_statement(void **state)
{
    (void)state;
    if (calls > 0)
        usdt_dyn_fire(&probe, 1);
    else
        usdt_dyn_fire(&probe, 2);
    assert_int_equal(calls, 1);
    assert_int_equal(seen[0], 2);
}

static void enabled_is_a_word_that_is_not_as_it_was(void **state)
{
    static volatile uint16_t site = 0x1f0f;
    const usdt_dyn_probe by_site = {&site, 0x1f0f};

    (void)state;
    assert_true(usdt_dyn_enabled(&probe));
    semaphore = 0;
    assert_false(usdt_dyn_enabled(&probe));
    semaphore = 0xffff;
    assert_true(usdt_dyn_enabled(&probe));
    assert_false(usdt_dyn_enabled(&by_site));
    site = 0x1fcc; /* a breakpoint on the first byte */
    assert_true(usdt_dyn_enabled(&by_site));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(integers_keep_their_value, setup),
        cmocka_unit_test_setup(floating_numbers_travel_as_the_bits_of_a_double, setup),
        cmocka_unit_test_setup(other_kinds_of_values, setup),
        cmocka_unit_test_setup(zero_to_twelve_values, setup),
        cmocka_unit_test_setup(values_are_evaluated_once_and_only_when_enabled, setup),
        cmocka_unit_test_setup(the_probe_is_evaluated_once, setup),
        cmocka_unit_test_setup(it_is_one_statement, setup),
        cmocka_unit_test_setup(enabled_is_a_word_that_is_not_as_it_was, setup),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
