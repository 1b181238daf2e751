/* SPDX-License-Identifier: MIT */
/* The bytes of the two kinds of notes, written out by hand. */
#include "image/note.h"

#include <string.h>

#include "support.h"
#include "test.h"

static const struct udyn_location location = {
    .site = 0x1122334455667788, .base = 0x10, .semaphore = 0x2000};

static const struct udyn_probe *make_probe(const char *name, const usdt_dyn_arg *args, size_t nargs)
{
    static usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    usdt_dyn_provider_free(provider);
    provider = support_provider("unit", name, args, nargs, &probe);
    return udyn_probe_of(probe);
}

static void check(const struct udyn_buffer *notes, const void *expected, size_t size)
{
    assert_false(notes->failed);
    assert_int_equal(notes->size, size);
    assert_memory_equal(notes->bytes, expected, size);
}

static void a_note_without_arguments(void **state)
{
    static const char expected[] = "\x08\0\0\0" /* name size */
                                   "\x21\0\0\0" /* description size */
                                   "\x03\0\0\0" /* type */
                                   "stapsdt\0"
                                   "\x88\x77\x66\x55\x44\x33\x22\x11" /* site */
                                   "\x10\0\0\0\0\0\0\0"               /* base */
                                   "\0\x20\0\0\0\0\0\0"               /* semaphore */
                                   "pro\0"
                                   "nam\0"
                                   "\0"    /* no arguments */
                                   "\0\0"; /* padding, and this literal's NUL */
    struct udyn_buffer notes = {0};

    (void)state;
    udyn_note_stapsdt(&notes, &udyn_arch_x86_64, "pro", make_probe("nam", NULL, 0), &location);
    check(&notes, expected, sizeof(expected));
    udyn_buffer_free(&notes);
}

/* gdb and SystemTap take the last byte of the description for the NUL of the operands. */
static void the_description_ends_at_the_nul_of_the_operands(void **state)
{
    static const usdt_dyn_arg args[] = {
        {"a", USDT_DYN_INT32}, {"b", USDT_DYN_STRING}, {"c", USDT_DYN_DOUBLE}};
    static const char operands[] = "-4@%edi 8@%rsi 8@%rdx";
    char name[9] = "";
    size_t length;

    (void)state;
    for (length = 1; length <= 8; length++) {
        struct udyn_buffer notes = {0};
        uint32_t size;

        memset(name, 'n', length);
        udyn_note_stapsdt(&notes, &udyn_arch_x86_64, "pro", make_probe(name, args, 3), &location);
        memcpy(&size, notes.bytes + 4, sizeof(size));
        assert_int_equal(size, 24 + 4 + length + 1 + sizeof(operands));
        assert_memory_equal(notes.bytes + 20 + size - sizeof(operands), operands, sizeof(operands));
        assert_int_equal(notes.size % 4, 0);
        assert_true(notes.size - 20 - size < 4);
        udyn_buffer_free(&notes);
    }
}

static void a_probe_without_semaphore_has_a_zero_there(void **state)
{
    const struct udyn_location without = {.site = 0x1000, .base = 0x10};
    struct udyn_buffer notes = {0};

    (void)state;
    udyn_note_stapsdt(&notes, &udyn_arch_x86_64, "pro", make_probe("nam", NULL, 0), &without);
    assert_memory_equal(notes.bytes + 20 + 16, "\0\0\0\0\0\0\0\0", 8);
    udyn_buffer_free(&notes);
}

static void our_note_has_names_and_types(void **state)
{
    static const usdt_dyn_arg args[] = {{"id", USDT_DYN_UINT64}, {"to", USDT_DYN_STRING}};
    static const char expected[] = "\x09\0\0\0"
                                   "\x25\0\0\0"
                                   "\x01\0\0\0"
                                   "usdt-dyn\0\0\0\0"
                                   "\x88\x77\x66\x55\x44\x33\x22\x11"
                                   "pro\0"
                                   "sent\0"
                                   "id:uint64\0"
                                   "to:string\0"
                                   "\0\0"; /* padding, and this literal's NUL */
    struct udyn_buffer notes = {0};

    (void)state;
    udyn_note_names(&notes, "pro", make_probe("sent", args, 2), &location);
    check(&notes, expected, sizeof(expected));
    udyn_buffer_free(&notes);
}

static void notes_follow_each_other_aligned(void **state)
{
    struct udyn_buffer notes = {0};
    size_t first;

    (void)state;
    udyn_note_stapsdt(&notes, &udyn_arch_aarch64, "p", make_probe("a", NULL, 0), &location);
    first = notes.size;
    udyn_note_stapsdt(&notes, &udyn_arch_aarch64, "p", make_probe("a", NULL, 0), &location);
    assert_int_equal(notes.size, 2 * first);
    assert_int_equal(first % 4, 0);
    assert_memory_equal(notes.bytes, notes.bytes + first, first);
    udyn_buffer_free(&notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_without_arguments),
        cmocka_unit_test(the_description_ends_at_the_nul_of_the_operands),
        cmocka_unit_test(a_probe_without_semaphore_has_a_zero_there),
        cmocka_unit_test(our_note_has_names_and_types),
        cmocka_unit_test(notes_follow_each_other_aligned),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
