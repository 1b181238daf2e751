/* SPDX-License-Identifier: MIT */
#include "read/operand.h"

#include <elf.h>
#include <string.h>

#include "read/operand_arch.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool udyn_text_skip(struct udyn_text *text, const char *expected)
{
    size_t length = strlen(expected);

    if ((size_t)(text->end - text->at) < length || memcmp(text->at, expected, length) != 0)
        return false;
    text->at += length;
    return true;
}

/* Decimal or 0x, with a sign; wraps around at 64 bits as the assembler does. */
bool udyn_text_number(struct udyn_text *text, int64_t *number)
{
    struct udyn_text rest = *text;
    bool is_negative = udyn_text_skip(&rest, "-");
    int base = 10;
    uint64_t value = 0;
    const char *start;

    if (!is_negative)
        (void)udyn_text_skip(&rest, "+"); /* it may be there */
    if (rest.end - rest.at > 2 && rest.at[0] == '0' && rest.at[1] == 'x' &&
        hex_digit(rest.at[2]) >= 0) {
        base = 16;
        rest.at += 2;
    }
    for (start = rest.at; rest.at < rest.end; rest.at++) {
        int digit = hex_digit(*rest.at);

        if (digit < 0 || digit >= base)
            break;
        value = value * (uint64_t)base + (uint64_t)digit;
    }
    if (rest.at == start)
        return false;
    *number = (int64_t)(is_negative ? 0 - value : value);
    *text = rest;
    return true;
}

static bool is_in_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '$';
}

bool udyn_text_word(struct udyn_text *text, const char **word, size_t *length)
{
    *word = text->at;
    while (text->at < text->end && is_in_word(*text->at))
        text->at++;
    *length = (size_t)(text->at - *word);
    return *length > 0;
}

/* "-4@", "8@", "8f@": what an operand begins with. Older notes leave it out. */
static bool take_size(struct udyn_text *text, struct udyn_operand *operand)
{
    struct udyn_text rest = *text;
    bool is_signed = udyn_text_skip(&rest, "-");
    unsigned int size = 0;
    const char *start = rest.at;

    while (rest.at < rest.end && is_digit(*rest.at) && rest.at - start < 4)
        size = size * 10 + (unsigned int)(*rest.at++ - '0');
    if (rest.at == start)
        return false;
    operand->is_float = udyn_text_skip(&rest, "f");
    if (!udyn_text_skip(&rest, "@"))
        return false;
    operand->is_signed = is_signed;
    operand->size = size;
    *text = rest;
    return true;
}

/* aarch64 has spaces inside of "[sp, 8]": an operand ends where a space is followed by the size of
 * the next one. */
static const char *find_end(struct udyn_text operands)
{
    struct udyn_operand ignored;

    for (; operands.at < operands.end; operands.at++) {
        struct udyn_text next = {operands.at + 1, operands.end};

        if (*operands.at == ' ' &&
            (next.at == next.end || *next.at == ' ' || take_size(&next, &ignored)))
            break;
    }
    return operands.at;
}

static bool has_right_size(const struct udyn_operand *operand)
{
    unsigned int size = operand->size;

    return size == 4 || size == 8 || (!operand->is_float && (size == 1 || size == 2));
}

bool udyn_operand_next(uint16_t machine, const char **operands, struct udyn_operand *operand)
{
    struct udyn_text text;

    while (**operands == ' ')
        (*operands)++;
    if (**operands == '\0')
        return false;
    memset(operand, 0, sizeof(*operand));
    text.at = *operands;
    text.end = text.at + strlen(text.at);
    text.end = find_end(text);
    *operands = text.end;
    if (!take_size(&text, operand)) {
        operand->size = 8;
        operand->is_float = false;
    }
    operand->text = text.at;
    operand->length = (size_t)(text.end - text.at);
    if (!has_right_size(operand))
        return true;
    if (machine == EM_X86_64 || machine == EM_386)
        udyn_operand_x86(text, operand);
    else if (machine == EM_AARCH64)
        udyn_operand_aarch64(text, operand);
    else if (machine == EM_RISCV)
        udyn_operand_riscv(text, operand);
    /* In a register of the integer unit are the bits of the number, as in memory. */
    if (operand->is_float && operand->kind == UDYN_OPERAND_CONSTANT)
        operand->kind = UDYN_OPERAND_UNKNOWN;
    return true;
}

const char *udyn_operand_type(const struct udyn_operand *operand)
{
    if (operand->is_float)
        return operand->size == 4 ? "float" : "double";
    switch (operand->size) {
    case 1:
        return operand->is_signed ? "int8" : "uint8";
    case 2:
        return operand->is_signed ? "int16" : "uint16";
    case 4:
        return operand->is_signed ? "int32" : "uint32";
    case 8:
        return operand->is_signed ? "int64" : "uint64";
    default:
        return "unknown";
    }
}
