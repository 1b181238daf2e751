/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "read/operand.h"
#include "test.h"

struct expected {
    uint16_t machine;
    const char *text;
    enum udyn_operand_kind kind;
    const char *type;
    const char *base;
    int64_t number;
    const char *symbol;
};

static const struct expected operands[] = {
    {EM_X86_64, "8@%rdi", UDYN_OPERAND_REGISTER, "uint64", "di", 0, NULL},
    {EM_X86_64, "-8@%r12", UDYN_OPERAND_REGISTER, "int64", "r12", 0, NULL},
    {EM_X86_64, "-4@%eax", UDYN_OPERAND_REGISTER, "int32", "ax", 0, NULL},
    {EM_X86_64, "4@%r8d", UDYN_OPERAND_REGISTER, "uint32", "r8", 0, NULL},
    {EM_X86_64, "-2@%cx", UDYN_OPERAND_REGISTER, "int16", "cx", 0, NULL},
    {EM_X86_64, "2@%r10w", UDYN_OPERAND_REGISTER, "uint16", "r10", 0, NULL},
    {EM_X86_64, "-1@%dl", UDYN_OPERAND_REGISTER, "int8", "dx", 0, NULL},
    {EM_X86_64, "1@%sil", UDYN_OPERAND_REGISTER, "uint8", "si", 0, NULL},
    {EM_X86_64, "1@%r15b", UDYN_OPERAND_REGISTER, "uint8", "r15", 0, NULL},
    {EM_X86_64, "8@8(%rsp)", UDYN_OPERAND_MEMORY, "uint64", "sp", 8, NULL},
    {EM_X86_64, "-4@-20(%rbp)", UDYN_OPERAND_MEMORY, "int32", "bp", -20, NULL},
    {EM_X86_64, "8@(%rax)", UDYN_OPERAND_MEMORY, "uint64", "ax", 0, NULL},
    {EM_X86_64, "8@0x10(%rax)", UDYN_OPERAND_MEMORY, "uint64", "ax", 16, NULL},
    {EM_X86_64, "8f@16(%rsp)", UDYN_OPERAND_MEMORY, "double", "sp", 16, NULL},
    {EM_X86_64, "-4@$-5", UDYN_OPERAND_CONSTANT, "int32", NULL, -5, NULL},
    {EM_X86_64, "8@$18446744073709551615", UDYN_OPERAND_CONSTANT, "uint64", NULL, -1, NULL},
    {EM_X86_64, "4@counter(%rip)", UDYN_OPERAND_SYMBOL, "uint32", NULL, 0, "counter"},
    {EM_X86_64, "4@table.0+8(%rip)", UDYN_OPERAND_SYMBOL, "uint32", NULL, 8, "table.0"},
    {EM_X86_64, "4@8+table(%rip)", UDYN_OPERAND_SYMBOL, "uint32", NULL, 8, "table"},
    {EM_X86_64, "4@table-4(%rip)", UDYN_OPERAND_SYMBOL, "uint32", NULL, -4, "table"},
    {EM_X86_64, "4@counter", UDYN_OPERAND_SYMBOL, "uint32", NULL, 0, "counter"},
    {EM_X86_64, "-8@(%rax,%r9,8)", UDYN_OPERAND_INDEXED, "int64", "ax", 0, NULL},
    {EM_X86_64, "-8@16(,%r9,8)", UDYN_OPERAND_INDEXED, "int64", NULL, 16, NULL},
    {EM_X86_64, "%rdi", UDYN_OPERAND_REGISTER, "uint64", "di", 0, NULL},
    {EM_X86_64, "8@%xmm0", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_X86_64, "8f@%xmm0", UDYN_OPERAND_UNKNOWN, "double", NULL, 0, NULL},
    {EM_X86_64, "8f@%rax", UDYN_OPERAND_REGISTER, "double", "ax", 0, NULL},
    {EM_X86_64, "8f@$1", UDYN_OPERAND_UNKNOWN, "double", NULL, 0, NULL},
    {EM_X86_64, "16@(%rcx)", UDYN_OPERAND_UNKNOWN, "unknown", NULL, 0, NULL},
    {EM_X86_64, "0@%rax", UDYN_OPERAND_UNKNOWN, "unknown", NULL, 0, NULL},
    {EM_X86_64, "8@%fs:40", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_X86_64, "8@8(%rsp", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_X86_64, "8@$", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_X86_64, "8@", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_AARCH64, "8@x0", UDYN_OPERAND_REGISTER, "uint64", "x0", 0, NULL},
    {EM_AARCH64, "-4@w19", UDYN_OPERAND_REGISTER, "int32", "x19", 0, NULL},
    {EM_AARCH64, "8@[sp, 16]", UDYN_OPERAND_MEMORY, "uint64", "sp", 16, NULL},
    {EM_AARCH64, "-4@[x29, -8]", UDYN_OPERAND_MEMORY, "int32", "x29", -8, NULL},
    {EM_AARCH64, "8@[x1]", UDYN_OPERAND_MEMORY, "uint64", "x1", 0, NULL},
    {EM_AARCH64, "8@[x1, x2]", UDYN_OPERAND_INDEXED, "uint64", "x1", 0, NULL},
    {EM_AARCH64, "-4@-7", UDYN_OPERAND_CONSTANT, "int32", NULL, -7, NULL},
    {EM_AARCH64, "8@x31", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
    {EM_RISCV, "-8@a1", UDYN_OPERAND_REGISTER, "int64", "a1", 0, NULL},
    {EM_RISCV, "4@16(sp)", UDYN_OPERAND_MEMORY, "uint32", "sp", 16, NULL},
    {EM_RISCV, "-4@7", UDYN_OPERAND_CONSTANT, "int32", NULL, 7, NULL},
    {EM_S390, "8@%r2", UDYN_OPERAND_UNKNOWN, "uint64", NULL, 0, NULL},
};

static void check(const struct expected *expected, const struct udyn_operand *operand)
{
    bool has_base = operand->kind == UDYN_OPERAND_REGISTER || operand->kind == UDYN_OPERAND_MEMORY;

    assert_int_equal(operand->kind, expected->kind);
    assert_string_equal(udyn_operand_type(operand), expected->type);
    if (has_base)
        assert_string_equal(operand->base, expected->base);
    if (operand->kind != UDYN_OPERAND_UNKNOWN && operand->kind != UDYN_OPERAND_INDEXED)
        assert_int_equal(operand->number, expected->number);
    if (expected->symbol != NULL) {
        assert_int_equal(operand->symbol_length, strlen(expected->symbol));
        assert_memory_equal(operand->symbol, expected->symbol, operand->symbol_length);
    }
}

static void reads_each_form(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
        const char *text = operands[i].text;
        struct udyn_operand operand;

        print_message("%s\n", text);
        assert_true(udyn_operand_next(operands[i].machine, &text, &operand));
        check(&operands[i], &operand);
        assert_false(udyn_operand_next(operands[i].machine, &text, &operand));
    }
}

static void reads_the_high_byte(void **state)
{
    const char *text = "1@%ah";
    struct udyn_operand operand;

    (void)state;
    assert_true(udyn_operand_next(EM_X86_64, &text, &operand));
    assert_string_equal(operand.base, "ax");
    assert_int_equal(operand.shift, 8);
}

static void splits_at_sizes_only(void **state)
{
    const char *text = "8@[sp, 16] -4@x1  8@[x2, -8] ";
    const char *const expected[] = {"[sp, 16]", "x1", "[x2, -8]"};
    struct udyn_operand operand;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_true(udyn_operand_next(EM_AARCH64, &text, &operand));
        assert_memory_equal(operand.text, expected[i], strlen(expected[i]));
        assert_int_not_equal(operand.kind, UDYN_OPERAND_UNKNOWN);
    }
    assert_false(udyn_operand_next(EM_AARCH64, &text, &operand));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_form),
        cmocka_unit_test(reads_the_high_byte),
        cmocka_unit_test(splits_at_sizes_only),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
