/* SPDX-License-Identifier: MIT */
/* Names and types of arguments: those that the image tells, if it tells the truth. */
#include <elf.h>
#include <string.h>

#include "cli/find/probe_arguments.h"
#include "test.h"

static struct udyn_argument arguments[UDYN_OPERAND_MAX];

static size_t name(const char *operands, const char *names, size_t nnames)
{
    const struct udyn_read_probe location = {
        .operands = operands, .names = names, .nnames = nnames};

    return udyn_arguments(EM_X86_64, &location, arguments);
}

static void expect(size_t index, const char *expected_name, const char *type)
{
    assert_string_equal(arguments[index].name, expected_name);
    assert_string_equal(arguments[index].type, type);
}

static void takes_names_of_the_image(void **state)
{
    (void)state;
    assert_int_equal(name("8@%rdi -4@%esi", "text:string\0id:int32", 2), 2);
    expect(0, "text", "string");
    expect(1, "id", "int32");
    /* Of the first only; one more than there are operands. */
    assert_int_equal(name("8@%rdi -4@%esi", "text:string", 1), 2);
    expect(1, "arg1", "int32");
    assert_int_equal(name("8@%rdi", "text:string\0id:int32", 2), 1);
    expect(0, "text", "string");
    assert_int_equal(name("", "text:string", 1), 0);
}

static void numbers_what_has_no_name(void **state)
{
    (void)state;
    assert_int_equal(name("8@%rdi -1@%al 8f@%rax", NULL, 0), 3);
    expect(0, "arg0", "uint64");
    expect(1, "arg1", "int8");
    expect(2, "arg2", "double");
}

/* Each has the size of its field less one, or is one longer: 127 bytes of a name, 15 of a type. */
static void takes_no_name_that_does_not_fit(void **state)
{
    char long_name[160];

    (void)state;
    memset(long_name, 'n', sizeof(long_name));
    strcpy(long_name + 127, ":int8");
    assert_int_equal(name("8@%rdi", long_name, 1), 1);
    assert_int_equal(strlen(arguments[0].name), 127);
    assert_string_equal(arguments[0].type, "int8");
    memset(long_name, 'n', sizeof(long_name));
    strcpy(long_name + 128, ":int8");
    (void)name("8@%rdi", long_name, 1);
    expect(0, "arg0", "uint64");
    (void)name("8@%rdi", ":int8", 1);
    expect(0, "arg0", "uint64");
    (void)name("8@%rdi", "n:123456789012345", 1);
    expect(0, "n", "123456789012345");
    (void)name("8@%rdi -4@%esi", "n:1234567890123456\0m:int32", 2);
    expect(0, "arg0", "uint64");
    expect(1, "m", "int32");
}

static void stops_at_its_limit(void **state)
{
    char operands[(UDYN_OPERAND_MAX + 1) * 7 + 1] = "";
    size_t i;

    (void)state;
    for (i = 0; i < UDYN_OPERAND_MAX + 1; i++)
        strcat(operands, "8@%rdi ");
    assert_int_equal(name(operands, NULL, 0), UDYN_OPERAND_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_names_of_the_image),
        cmocka_unit_test(numbers_what_has_no_name),
        cmocka_unit_test(takes_no_name_that_does_not_fit),
        cmocka_unit_test(stops_at_its_limit),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
