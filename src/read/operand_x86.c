/* SPDX-License-Identifier: MIT */
/* i386 and x86-64, AT&T syntax. */
#include <string.h>

#include "read/operand_arch.h"

/* The names of a register's parts of 8, 4, 2 and 1 bytes; Linux calls the whole by the third
 * (arch/x86/kernel/ptrace.c, regoffset_table), or by the first from r8 on. */
static const struct {
    const char *whole;
    const char *names[4];
    const char *high; /* bits 8 to 15 */
} registers[] = {
    {"ax", {"rax", "eax", "ax", "al"}, "ah"},       {"bx", {"rbx", "ebx", "bx", "bl"}, "bh"},
    {"cx", {"rcx", "ecx", "cx", "cl"}, "ch"},       {"dx", {"rdx", "edx", "dx", "dl"}, "dh"},
    {"si", {"rsi", "esi", "si", "sil"}, NULL},      {"di", {"rdi", "edi", "di", "dil"}, NULL},
    {"bp", {"rbp", "ebp", "bp", "bpl"}, NULL},      {"sp", {"rsp", "esp", "sp", "spl"}, NULL},
    {"r8", {"r8", "r8d", "r8w", "r8b"}, NULL},      {"r9", {"r9", "r9d", "r9w", "r9b"}, NULL},
    {"r10", {"r10", "r10d", "r10w", "r10b"}, NULL}, {"r11", {"r11", "r11d", "r11w", "r11b"}, NULL},
    {"r12", {"r12", "r12d", "r12w", "r12b"}, NULL}, {"r13", {"r13", "r13d", "r13w", "r13b"}, NULL},
    {"r14", {"r14", "r14d", "r14w", "r14b"}, NULL}, {"r15", {"r15", "r15d", "r15w", "r15b"}, NULL},
};

static bool is_word(const char *word, size_t length, const char *name)
{
    return name != NULL && strlen(name) == length && memcmp(word, name, length) == 0;
}

static bool take_register(struct udyn_text *text, struct udyn_operand *operand)
{
    const char *word;
    size_t length, i, part;

    if (!udyn_text_skip(text, "%") || !udyn_text_word(text, &word, &length))
        return false;
    for (i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        operand->base = registers[i].whole;
        for (part = 0; part < 4; part++)
            if (is_word(word, length, registers[i].names[part]))
                return true;
        if (is_word(word, length, registers[i].high)) {
            operand->shift = 8;
            return true;
        }
    }
    operand->base = NULL;
    return false;
}

/* "(%rip)" behind a symbol, "(%base)" or "(%base,%index,scale)" behind an offset. */
static enum udyn_operand_kind memory(struct udyn_text *text, struct udyn_operand *operand)
{
    if (operand->symbol != NULL)
        return text->at == text->end || (udyn_text_skip(text, "(%rip)") && text->at == text->end)
                   ? UDYN_OPERAND_SYMBOL
                   : UDYN_OPERAND_UNKNOWN;
    if (!udyn_text_skip(text, "("))
        return UDYN_OPERAND_UNKNOWN;
    if (udyn_text_skip(text, ","))
        return UDYN_OPERAND_INDEXED;
    if (!take_register(text, operand) || operand->shift != 0)
        return UDYN_OPERAND_UNKNOWN;
    if (udyn_text_skip(text, ","))
        return UDYN_OPERAND_INDEXED;
    return udyn_text_skip(text, ")") && text->at == text->end ? UDYN_OPERAND_MEMORY
                                                              : UDYN_OPERAND_UNKNOWN;
}

void udyn_operand_x86(struct udyn_text text, struct udyn_operand *operand)
{
    int64_t more;

    if (udyn_text_skip(&text, "$")) {
        if (udyn_text_number(&text, &operand->number) && text.at == text.end)
            operand->kind = UDYN_OPERAND_CONSTANT;
        return;
    }
    if (text.at < text.end && *text.at == '%') {
        if (take_register(&text, operand) && text.at == text.end)
            operand->kind = UDYN_OPERAND_REGISTER;
        return;
    }
    /* An offset and a symbol in either order: "8(%rsp)", "name(%rip)", "name+8(%rip)", "8+name". */
    if (udyn_text_number(&text, &operand->number))
        (void)udyn_text_skip(&text, "+"); /* only before a symbol */
    if (udyn_text_word(&text, &operand->symbol, &operand->symbol_length)) {
        if (udyn_text_number(&text, &more))
            operand->number = (int64_t)((uint64_t)operand->number + (uint64_t)more);
    } else {
        operand->symbol = NULL;
    }
    operand->kind = memory(&text, operand);
}
