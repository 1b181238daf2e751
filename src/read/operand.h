/* SPDX-License-Identifier: MIT */
/*
 * The operands of a SystemTap note: where each argument is when the probe fires, in the compiler's
 * own assembler, as in "-4@%edi 8@8(%rsp) 1@$5 4@counter(%rip)".
 */
#ifndef UDYN_READ_OPERAND_H
#define UDYN_READ_OPERAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than any compiler's header can write (sys/sdt.h: 12). */
#define UDYN_OPERAND_MAX 32

enum udyn_operand_kind {
    UDYN_OPERAND_UNKNOWN,  /* a form or a size that no register or address can be told from */
    UDYN_OPERAND_REGISTER, /* in `base` */
    UDYN_OPERAND_CONSTANT, /* `number` itself */
    UDYN_OPERAND_MEMORY,   /* at `base` + number */
    UDYN_OPERAND_SYMBOL,   /* in memory at the symbol + number */
    UDYN_OPERAND_INDEXED,  /* in memory, at a sum of two registers */
};

struct udyn_operand {
    enum udyn_operand_kind kind;
    unsigned int size; /* in bytes; 8 if the note tells none */
    bool is_signed;
    bool is_float;
    const char *base;   /* the register's whole, as Linux calls it: "di" for %edi */
    unsigned int shift; /* bits below the value in the register: 8 for %ah */
    int64_t number;
    const char *text; /* behind the '@', in the note; so is the symbol */
    size_t length;
    const char *symbol;
    size_t symbol_length;
};

/* Takes the next operand off *operands, for a file of that e_machine. Returns false at the end. */
bool udyn_operand_next(uint16_t machine, const char **operands, struct udyn_operand *operand);

/* "int32", "uint8", "double": the type that size and sign tell. */
const char *udyn_operand_type(const struct udyn_operand *operand);

#endif
