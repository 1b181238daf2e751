/* SPDX-License-Identifier: MIT */
/* riscv: "a0", "8(sp)", and a constant as a number. */
#include <string.h>

#include "read/operand_arch.h"

/* arch/riscv/kernel/ptrace.c, regoffset_table */
static const char *const registers[] = {
    "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1",
    "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5", "s6",
    "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

static bool take_register(struct udyn_text *text, struct udyn_operand *operand)
{
    const char *word;
    size_t length, i;

    if (!udyn_text_word(text, &word, &length))
        return false;
    for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        if (strlen(registers[i]) == length && memcmp(registers[i], word, length) == 0) {
            operand->base = registers[i];
            return true;
        }
    }
    return false;
}

void udyn_operand_riscv(struct udyn_text text, struct udyn_operand *operand)
{
    enum udyn_operand_kind kind = UDYN_OPERAND_REGISTER;

    if (udyn_text_number(&text, &operand->number)) {
        kind = UDYN_OPERAND_CONSTANT;
        if (udyn_text_skip(&text, "(")) {
            kind = UDYN_OPERAND_MEMORY;
            if (!take_register(&text, operand) || !udyn_text_skip(&text, ")"))
                return;
        }
    } else if (!take_register(&text, operand)) {
        return;
    }
    if (text.at == text.end)
        operand->kind = kind;
}
