/* SPDX-License-Identifier: MIT */
/* What the operands of each processor (operand_x86.c, operand_aarch64.c, operand_riscv.c) need of
 * each other. Private to src/read. */
#ifndef UDYN_READ_OPERAND_ARCH_H
#define UDYN_READ_OPERAND_ARCH_H

#include "read/operand.h"

/* A piece of text that is consumed from the left. */
struct udyn_text {
    const char *at;
    const char *end;
};

bool udyn_text_skip(struct udyn_text *text, const char *expected);
bool udyn_text_number(struct udyn_text *text, int64_t *number);

/* Takes letters, digits and what else a symbol may have; false if there are none. */
bool udyn_text_word(struct udyn_text *text, const char **word, size_t *length);

/* Each fills in kind, base, shift, number and symbol of an operand, and leaves the kind unknown
 * where it doesn't know the form. */
void udyn_operand_x86(struct udyn_text text, struct udyn_operand *operand);
void udyn_operand_aarch64(struct udyn_text text, struct udyn_operand *operand);
void udyn_operand_riscv(struct udyn_text text, struct udyn_operand *operand);

#endif
