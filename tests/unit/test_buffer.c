/* SPDX-License-Identifier: MIT */
#include "image/buffer.h"

#include <string.h>

#include "test.h"

static void put(struct udyn_buffer *buffer, const void *bytes, size_t size)
{
    void *place = udyn_buffer_extend(buffer, size);

    assert_non_null(place);
    memcpy(place, bytes, size);
}

static void extends_with_zeroes(void **state)
{
    static const unsigned char zeroes[300];
    struct udyn_buffer buffer = {0};
    unsigned char *place;

    (void)state;
    put(&buffer, "abc", 3);
    place = udyn_buffer_extend(&buffer, sizeof(zeroes));
    assert_ptr_equal(place, buffer.bytes + 3);
    assert_memory_equal(place, zeroes, sizeof(zeroes));
    assert_int_equal(buffer.size, 303);
    udyn_buffer_free(&buffer);
    assert_null(buffer.bytes);
}

static void aligns_to_every_power_of_two(void **state)
{
    size_t alignment;

    (void)state;
    for (alignment = 1; alignment <= 4096; alignment *= 2) {
        struct udyn_buffer buffer = {0};

        udyn_buffer_align(&buffer, alignment);
        assert_int_equal(buffer.size, 0);
        put(&buffer, "x", 1);
        udyn_buffer_align(&buffer, alignment);
        assert_int_equal(buffer.size, alignment);
        udyn_buffer_align(&buffer, alignment);
        assert_int_equal(buffer.size, alignment);
        udyn_buffer_free(&buffer);
    }
}

static void grows_and_keeps_what_it_has(void **state)
{
    struct udyn_buffer buffer = {0};
    unsigned int i;

    (void)state;
    for (i = 0; i < 1000000; i++)
        put(&buffer, &i, sizeof(i));
    assert_int_equal(buffer.size, 1000000 * sizeof(i));
    for (i = 0; i < 1000000; i++)
        assert_memory_equal(buffer.bytes + i * sizeof(i), &i, sizeof(i));
    udyn_buffer_free(&buffer);
}

static void what_is_reserved_counts_when_it_is_committed(void **state)
{
    struct udyn_buffer buffer = {0};
    char *place;

    (void)state;
    put(&buffer, "ab", 2);
    place = udyn_buffer_reserve(&buffer, 1000);
    assert_ptr_equal(place, buffer.bytes + 2);
    assert_int_equal(buffer.size, 2);
    memset(place, 'c', 1000); /* all of it is there to write to */
    udyn_buffer_commit(&buffer, 1);
    assert_int_equal(buffer.size, 3);
    put(&buffer, "d", 1);
    assert_memory_equal(buffer.bytes, "abcd", 4);
    udyn_buffer_free(&buffer);
}

/* What does not fit into memory, or into a size_t, marks the buffer; it keeps what it has and takes
 * nothing more. */
static void what_does_not_fit_marks_it(void **state)
{
    static const size_t too_much[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX - 2};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(too_much) / sizeof(too_much[0]); i++) {
        struct udyn_buffer buffer = {0};

        put(&buffer, "abc", 3);
        assert_null(udyn_buffer_extend(&buffer, too_much[i]));
        assert_true(buffer.failed);
        assert_int_equal(buffer.size, 3);
        assert_memory_equal(buffer.bytes, "abc", 3);
        assert_null(udyn_buffer_extend(&buffer, 1));
        assert_null(udyn_buffer_reserve(&buffer, 1));
        assert_int_equal(buffer.size, 3);
        udyn_buffer_free(&buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extends_with_zeroes),
        cmocka_unit_test(aligns_to_every_power_of_two),
        cmocka_unit_test(grows_and_keeps_what_it_has),
        cmocka_unit_test(what_is_reserved_counts_when_it_is_committed),
        cmocka_unit_test(what_does_not_fit_marks_it),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
