/* SPDX-License-Identifier: MIT */
/* aarch64: "x0", "w0", "[sp, 8]", "[x1]", and a constant as a number. */
#include "read/operand_arch.h"

static const char *const registers[] = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
    "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
    "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
};

static bool take_register(struct udyn_text *text, struct udyn_operand *operand)
{
    int64_t number;

    if (udyn_text_skip(text, "sp")) {
        operand->base = "sp";
        return true;
    }
    if (!udyn_text_skip(text, "x") && !udyn_text_skip(text, "w"))
        return false;
    if (!udyn_text_number(text, &number) || number < 0 || number > 30)
        return false;
    operand->base = registers[number];
    return true;
}

void udyn_operand_aarch64(struct udyn_text text, struct udyn_operand *operand)
{
    enum udyn_operand_kind kind = UDYN_OPERAND_REGISTER;

    if (udyn_text_number(&text, &operand->number)) {
        kind = UDYN_OPERAND_CONSTANT;
    } else if (udyn_text_skip(&text, "[")) {
        kind = UDYN_OPERAND_MEMORY;
        if (!take_register(&text, operand))
            return;
        if (udyn_text_skip(&text, ",")) {
            (void)udyn_text_skip(&text, " "); /* either way */
            (void)udyn_text_skip(&text, "#");
            if (!udyn_text_number(&text, &operand->number)) {
                operand->kind = UDYN_OPERAND_INDEXED;
                return;
            }
        }
        if (!udyn_text_skip(&text, "]"))
            return;
    } else if (!take_register(&text, operand)) {
        return;
    }
    if (text.at == text.end)
        operand->kind = kind;
}
