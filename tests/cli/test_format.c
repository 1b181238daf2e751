/* SPDX-License-Identifier: MIT */
/* Where the fields of an event are, and their values; records may be shorter than they should. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/kernel/format.h"
#include "test.h"

/* What Linux 6.1 says of an event with a string and a number. */
static char text[] = "name: p_1\nID: 1789\nformat:\n"
                     "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
                     "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
                     "\n"
                     "\tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;\n"
                     "\tfield:__data_loc char[] f0;\toffset:16;\tsize:4;\tsigned:1;\n"
                     "\tfield:u64 f10;\toffset:20;\tsize:8;\tsigned:0;\n"
                     "\tfield:u64 odd;\toffset:x;\tsize:8;\tsigned:0;\n"
                     "\nprint fmt: \"(%lx)\", REC->__probe_ip\n";

static void expect_field(const char *name, unsigned int offset, unsigned int size)
{
    const struct udyn_format format = {.text = text};
    struct udyn_field field = udyn_format_field(&format, name);

    assert_int_equal(field.size, size);
    if (size > 0)
        assert_int_equal(field.offset, offset);
}

static void finds_fields(void **state)
{
    (void)state;
    expect_field("common_type", 0, 2);
    expect_field("__probe_ip", 8, 8);
    expect_field("f0", 16, 4);
    expect_field("f10", 20, 8);
    expect_field("f1", 0, 0);
    expect_field("0", 0, 0);
    expect_field("odd", 0, 0);
}

static void put_file(int folder, const char *path, const char *content)
{
    int fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(close(fd), 0);
}

static void reads_the_file(void **state)
{
    char path[] = "/tmp/usdt-dyn-format.XXXXXX";
    struct udyn_format format;
    int folder;

    (void)state;
    assert_non_null(mkdtemp(path));
    folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    assert_int_equal(udyn_format_read(&format, folder, "g", "e"), -ENOENT);
    assert_int_equal(mkdirat(folder, "events", 0700), 0);
    assert_int_equal(mkdirat(folder, "events/g", 0700), 0);
    assert_int_equal(mkdirat(folder, "events/g/e", 0700), 0);
    put_file(folder, "events/g/e/format", text);
    assert_int_equal(udyn_format_read(&format, folder, "g", "e"), 0);
    assert_int_equal(format.id, 1789);
    assert_string_equal(format.text, text);
    udyn_format_free(&format);
    assert_null(format.text);
    put_file(folder, "events/g/e/format", "name: e\nformat:\n");
    assert_int_equal(udyn_format_read(&format, folder, "g", "e"), -EBADMSG);
    assert_null(format.text);
    assert_int_equal(unlinkat(folder, "events/g/e/format", 0), 0);
    assert_int_equal(unlinkat(folder, "events/g/e", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(folder, "events/g", AT_REMOVEDIR), 0);
    assert_int_equal(unlinkat(folder, "events", AT_REMOVEDIR), 0);
    assert_int_equal(close(folder), 0);
    assert_int_equal(rmdir(path), 0);
}

static uint64_t number(unsigned int offset, unsigned int size, size_t record_size)
{
    static const unsigned char record[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const struct udyn_field field = {(uint16_t)offset, (uint16_t)size};

    return udyn_field_number(field, record, record_size);
}

/* As a number of this machine would be read out of the bytes 1, 2, 3 ... */
static void reads_numbers_of_each_size(void **state)
{
    uint16_t half;
    uint32_t word;
    uint64_t whole;

    (void)state;
    memcpy(&half, "\x02\x03", 2);
    memcpy(&word, "\x03\x04\x05\x06", 4);
    memcpy(&whole, "\x03\x04\x05\x06\x07\x08\x09\x0a", 8);
    assert_int_equal(number(9, 1, 10), 10);
    assert_int_equal(number(1, 2, 10), half);
    assert_int_equal(number(2, 4, 10), word);
    assert_true(number(2, 8, 10) == whole);
    assert_int_equal(number(0, 0, 10), 0);
    assert_int_equal(number(0, 3, 10), 0);
}

static void reads_nothing_behind_a_record(void **state)
{
    (void)state;
    assert_int_equal(number(2, 8, 9), 0);
    assert_int_equal(number(9, 1, 9), 0);
    assert_int_equal(number(10, 1, 9), 0);
    assert_int_equal(number(65535, 8, 10), 0);
}

static const char *string(unsigned int offset, unsigned int length, size_t *found)
{
    static char record[16] = "....abc\0d";
    const struct udyn_field field = {0, 4};
    uint32_t where = length << 16 | offset;

    memcpy(record, &where, sizeof(where));
    return udyn_field_string(field, record, 12, found);
}

static void reads_strings_within_a_record(void **state)
{
    size_t length;

    (void)state;
    assert_memory_equal(string(4, 4, &length), "abc", 3);
    assert_int_equal(length, 3);
    /* Cut by the kernel, without a NUL. */
    assert_memory_equal(string(4, 2, &length), "ab", 2);
    assert_int_equal(length, 2);
    assert_non_null(string(7, 1, &length));
    assert_int_equal(length, 0);
    assert_non_null(string(4, 8, &length));
    assert_null(string(4, 9, &length));
    assert_null(string(13, 1, &length));
    assert_null(string(4, 0, &length));
    assert_null(string(0xffff, 0xffff, &length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_fields),
        cmocka_unit_test(reads_the_file),
        cmocka_unit_test(reads_numbers_of_each_size),
        cmocka_unit_test(reads_nothing_behind_a_record),
        cmocka_unit_test(reads_strings_within_a_record),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
