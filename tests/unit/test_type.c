/* SPDX-License-Identifier: MIT */
#include "base/type.h"
#include "test.h"

static void each_type_has_size_sign_and_name(void **state)
{
    static const struct {
        usdt_dyn_type type;
        unsigned int size;
        bool is_signed;
        const char *name;
    } types[] = {
        {USDT_DYN_INT8, 1, true, "int8"},        {USDT_DYN_UINT8, 1, false, "uint8"},
        {USDT_DYN_INT16, 2, true, "int16"},      {USDT_DYN_UINT16, 2, false, "uint16"},
        {USDT_DYN_INT32, 4, true, "int32"},      {USDT_DYN_UINT32, 4, false, "uint32"},
        {USDT_DYN_INT64, 8, true, "int64"},      {USDT_DYN_UINT64, 8, false, "uint64"},
        {USDT_DYN_POINTER, 8, false, "pointer"}, {USDT_DYN_STRING, 8, false, "string"},
        {USDT_DYN_DOUBLE, 8, false, "double"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_int_equal(types[i].type, i); /* bindings use the numbers */
        assert_int_equal(udyn_type_size(types[i].type), types[i].size);
        assert_int_equal(udyn_type_is_signed(types[i].type), types[i].is_signed);
        assert_string_equal(udyn_type_name(types[i].type), types[i].name);
    }
}

static void another_number_is_no_type(void **state)
{
    (void)state;
    assert_int_equal(udyn_type_size((usdt_dyn_type)(USDT_DYN_DOUBLE + 1)), 0);
    assert_int_equal(udyn_type_size((usdt_dyn_type)-1), 0);
    assert_int_equal(udyn_type_size((usdt_dyn_type)1000000), 0);
}

static void an_integer_is_held_within_its_bounds(void **state)
{
    static const struct {
        usdt_dyn_type type;
        int64_t least, most;
    } bounds[] = {
        {USDT_DYN_INT8, INT8_MIN, INT8_MAX},    {USDT_DYN_UINT8, 0, UINT8_MAX},
        {USDT_DYN_INT16, INT16_MIN, INT16_MAX}, {USDT_DYN_UINT16, 0, UINT16_MAX},
        {USDT_DYN_INT32, INT32_MIN, INT32_MAX}, {USDT_DYN_UINT32, 0, UINT32_MAX},
        {USDT_DYN_INT64, INT64_MIN, INT64_MAX}, {USDT_DYN_UINT64, 0, INT64_MAX},
        {USDT_DYN_POINTER, 0, INT64_MAX},       {USDT_DYN_STRING, 0, INT64_MAX},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        assert_true(udyn_type_holds(bounds[i].type, bounds[i].least));
        assert_true(udyn_type_holds(bounds[i].type, bounds[i].most));
        assert_true(udyn_type_holds(bounds[i].type, 1));
        if (bounds[i].least > INT64_MIN)
            assert_false(udyn_type_holds(bounds[i].type, bounds[i].least - 1));
        if (bounds[i].most < INT64_MAX)
            assert_false(udyn_type_holds(bounds[i].type, bounds[i].most + 1));
    }
    assert_false(udyn_type_holds(USDT_DYN_DOUBLE, 0));
    assert_false(udyn_type_holds(USDT_DYN_DOUBLE, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_has_size_sign_and_name),
        cmocka_unit_test(another_number_is_no_type),
        cmocka_unit_test(an_integer_is_held_within_its_bounds),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
