/* SPDX-License-Identifier: MIT */
/*
 * usdt_dyn_emit(): what becomes of each kind of value, and when it is evaluated. In place of the
 * library a usdt_dyn_probe_fire() that keeps what it gets, as in test_macro.c. typed_cpp.cpp runs
 * the same as C++. What does not compile is in tests/consumer/refused.sh.
 */
#include <errno.h>
#include <string.h>

#include "test.h"
#include "usdt-dyn.h"

#ifdef __cplusplus
#define BITS(v)     static_cast<uint64_t>(v)
#define NULL_STRING nullptr
#else
#define BITS(v)     ((uint64_t)(v))
#define NULL_STRING NULL
#endif

static uint64_t seen[USDT_DYN_MAX_ARGS];
static size_t nseen;
static int calls;
static volatile uint16_t semaphore;
static usdt_dyn_probe added = {&semaphore, 0};

void usdt_dyn_probe_fire(const usdt_dyn_probe *fired, const uint64_t *values, size_t nvalues)
{
    assert_ptr_equal(fired, &added);
    calls++;
    nseen = nvalues;
    memcpy(seen, values, nvalues * sizeof(*values));
}

/* As the library's, but for the names. */
int usdt_dyn_provider_add_declared(usdt_dyn_provider *provider, usdt_dyn_declared *declared)
{
    (void)provider;
    declared->probe = &added;
    return 0;
}

USDT_DYN_PROBE(idle);
USDT_DYN_PROBE(shipped, INT64, id, STRING, to);
USDT_DYN_PROBE(integers, INT8, a, UINT8, b, INT16, c, UINT16, d, INT32, e, UINT32, f, INT64, g,
               UINT64, h, INT64, i, INT64, j, INT32, errno, UINT8, l);
USDT_DYN_PROBE(others, DOUBLE, a, DOUBLE, b, DOUBLE, c, POINTER, d, POINTER, e, POINTER, f, STRING,
               g, STRING, h, STRING, i, POINTER, j);
USDT_DYN_PROBE(never_added, INT64, id);

static int setup(void **state)
{
    (void)state;
    memset(seen, 0xee, sizeof(seen));
    nseen = 99;
    calls = 0;
    semaphore = 1;
    (void)usdt_dyn_add(NULL, idle);
    (void)usdt_dyn_add(NULL, shipped);
    (void)usdt_dyn_add(NULL, integers);
    return usdt_dyn_add(NULL, others);
}

enum color {
    RED = -1,
    GREEN = 7
};

static void integers_of_every_type(void **state)
{
    const signed char a = -5;
    unsigned char b = 250;
    volatile short c = -300;
    const unsigned short d = 65000;
    enum color e = RED;
    unsigned int f = 4000000000U;
    long g = -5000000000;
    unsigned long long h = 0xffffffffffffffff;
    struct {
        unsigned int narrow : 3;
    } bits = {5};

    (void)state;
    usdt_dyn_emit(integers, a, b, c, d, e, f, g, h, bits.narrow, 'x', -70000, true);
    assert_int_equal(nseen, 12);
    assert_true(seen[0] == BITS(-5) && seen[1] == 250 && seen[2] == BITS(-300));
    assert_true(seen[3] == 65000 && seen[4] == BITS(-1) && seen[5] == 4000000000U);
    assert_true(seen[6] == BITS(-5000000000) && seen[7] == 0xffffffffffffffff);
    assert_true(seen[8] == 5 && seen[9] == 'x' && seen[10] == BITS(-70000) && seen[11] == 1);
}

static void floating_numbers_strings_and_pointers(void **state)
{
    float f = 0.1F;
    double d = -2.5;
    long double ld = 4.5L;
    char array[] = "butter";
    const char *string = "bread";
    const int numbers[3] = {1, 2, 3};
    const struct opaque *opaque = NULL_STRING;

    (void)state;
    usdt_dyn_emit(others, f, d, ld, numbers, opaque, array, "jam", string, NULL_STRING, &array[1]);
    assert_int_equal(nseen, 10);
    assert_true(seen[0] == usdt_dyn_f64(0.1F) && seen[1] == usdt_dyn_f64(-2.5));
    assert_true(seen[2] == usdt_dyn_f64(4.5));
    assert_true(seen[3] == (uintptr_t)numbers && seen[4] == 0 && seen[5] == (uintptr_t)array);
    assert_string_equal((const char *)(uintptr_t)seen[6], "jam");
    assert_true(seen[7] == (uintptr_t)string && seen[8] == 0);
    assert_true(seen[9] == (uintptr_t)array + 1);
}

static int counted(int *count)
{
    return ++*count;
}

static void values_are_evaluated_once_and_only_when_enabled(void **state)
{
    int count = 0;

    (void)state;
    semaphore = 0;
    usdt_dyn_emit(shipped, counted(&count), "x");
    assert_false(usdt_dyn_is_enabled(shipped));
    assert_int_equal(calls + count, 0);
    semaphore = 1;
    assert_true(usdt_dyn_is_enabled(shipped));
    usdt_dyn_emit(shipped, counted(&count), "x");
    assert_int_equal(calls, 1);
    assert_int_equal(count, 1);
    assert_int_equal(seen[0], 1);
}

static void before_it_is_added_a_probe_is_never_enabled(void **state)
{
    int count = 0;

    (void)state;
    usdt_dyn_emit(never_added, counted(&count));
    assert_false(usdt_dyn_is_enabled(never_added));
    assert_int_equal(calls + count, 0);
}

/* One statement: it may be the whole body of an if. */
static void it_is_one_statement(void **state)
{
    (void)state;
    if (calls > 0)
        usdt_dyn_emit(shipped, 1, "x");
    else
        usdt_dyn_emit(idle);
    assert_int_equal(calls, 1);
    assert_int_equal(nseen, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(integers_of_every_type, setup),
        cmocka_unit_test_setup(floating_numbers_strings_and_pointers, setup),
        cmocka_unit_test_setup(values_are_evaluated_once_and_only_when_enabled, setup),
        cmocka_unit_test_setup(before_it_is_added_a_probe_is_never_enabled, setup),
        cmocka_unit_test_setup(it_is_one_statement, setup),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
