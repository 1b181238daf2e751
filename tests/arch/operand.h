/* SPDX-License-Identifier: MIT */
/* Reads an argument as a tracer does: from the operand in the note and the state at the site. */
#ifndef TESTS_ARCH_OPERAND_H
#define TESTS_ARCH_OPERAND_H

#include <stdint.h>

#include "machine.h"

/*
 * Reads the value of the first operand in `text`, "8@%rdi" or "-4@[sp, 8]" and the like. Returns
 * what is behind it, or NULL if it is none that this processor has.
 */
const char *operand_read(const char *text, const struct machine *machine, uint64_t *value);

#endif
