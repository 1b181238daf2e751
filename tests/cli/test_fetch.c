/* SPDX-License-Identifier: MIT */
/* Operands as what the kernel is asked for. */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/kernel/fetch.h"
#include "test.h"

int udyn_test_symbol = 1; /* what an operand below names */

static const struct udyn_read_probe location = {.site = 0x100, .site_offset = 0x300};

/* The fetch argument for an operand, "" if there is none. */
static const char *fetch(const char *text, enum udyn_fetch_what what, int fd)
{
    static char fetched[UDYN_FETCH_SIZE];
    struct udyn_operand operand;

    assert_true(udyn_operand_next(EM_X86_64, &text, &operand));
    return udyn_fetch(fetched, &operand, what, fd, &location) ? fetched : "";
}

static const char *value(const char *text)
{
    return fetch(text, UDYN_FETCH_VALUE, -1);
}

static const char *string(const char *text)
{
    return fetch(text, UDYN_FETCH_STRING, -1);
}

static void asks_for_values(void **state)
{
    (void)state;
    assert_string_equal(value("8@%rdi"), "%di:u64");
    assert_string_equal(value("-4@%eax"), "%ax:s32");
    assert_string_equal(value("-1@%r8b"), "%r8:s8");
    assert_string_equal(value("8@8(%rsp)"), "+8(%sp):u64");
    assert_string_equal(value("-2@-20(%rbp)"), "-20(%bp):s16");
    assert_string_equal(value("8@(%rax)"), "+0(%ax):u64");
    assert_string_equal(value("-8@$-5"), "\\-5:s64");
    assert_string_equal(value("1@%ah"), "%ax:b8@8/16");
    assert_string_equal(value("8f@16(%rsp)"), "+16(%sp):u64");
}

static void asks_for_strings(void **state)
{
    (void)state;
    assert_string_equal(string("8@%rsi"), "+0(%si):string");
    assert_string_equal(string("8@-8(%rbp)"), "+0(-8(%bp)):string");
    assert_string_equal(string("8@$4096"), "");
    assert_string_equal(string("1@%ah"), "");
}

static void asks_for_nothing_that_the_kernel_lacks(void **state)
{
    (void)state;
    assert_string_equal(value("8@(%rax,%rbx,8)"), "");
    assert_string_equal(value("8f@%xmm0"), "");
    assert_string_equal(value("8@%fs:40"), "");
    assert_string_equal(value("4@symbol(%rip)"), ""); /* in no file */
}

static int take_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
    (void)size;
    *(uint64_t *)bias = info->dlpi_addr;
    return 1; /* the first is the program */
}

/* As far from the site's offset in the file as the symbol is from the site. */
static void finds_a_symbol(void **state)
{
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    char expected[UDYN_FETCH_SIZE];
    uint64_t bias = 0, linked;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(dl_iterate_phdr(take_bias, &bias), 1);
    linked = (uint64_t)(uintptr_t)&udyn_test_symbol - bias;
    snprintf(expected, sizeof(expected), "@+0x%" PRIx64 ":s32", linked + 0x200);
    assert_string_equal(fetch("-4@udyn_test_symbol(%rip)", UDYN_FETCH_VALUE, fd), expected);
    snprintf(expected, sizeof(expected), "@+0x%" PRIx64 ":s32", linked + 0x208);
    assert_string_equal(fetch("-4@udyn_test_symbol+8(%rip)", UDYN_FETCH_VALUE, fd), expected);
    snprintf(expected, sizeof(expected), "+0(@+0x%" PRIx64 "):string", linked + 0x200);
    assert_string_equal(fetch("8@udyn_test_symbol(%rip)", UDYN_FETCH_STRING, fd), expected);
    assert_string_equal(fetch("8@udyn_test_symbo(%rip)", UDYN_FETCH_VALUE, fd), "");
    /* Below the beginning of the file. */
    assert_string_equal(fetch("8@udyn_test_symbol-9999999999(%rip)", UDYN_FETCH_VALUE, fd), "");
    assert_int_equal(close(fd), 0);
}

/* The longest that there is. */
static void writes_the_longest_offset(void **state)
{
    const struct udyn_operand far = {
        .kind = UDYN_OPERAND_MEMORY, .size = 8, .base = "sp", .number = INT64_MIN};
    char text[UDYN_FETCH_SIZE];

    (void)state;
    assert_true(udyn_fetch(text, &far, UDYN_FETCH_STRING, -1, &location));
    assert_string_equal(text, "+0(-9223372036854775808(%sp)):string");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_values),
        cmocka_unit_test(asks_for_strings),
        cmocka_unit_test(asks_for_nothing_that_the_kernel_lacks),
        cmocka_unit_test(finds_a_symbol),
        cmocka_unit_test(writes_the_longest_offset),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
