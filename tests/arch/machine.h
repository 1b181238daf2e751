/* SPDX-License-Identifier: MIT */
/* What a signal handler can see of the processor: the state of a thread that ran into a breakpoint.
 * Written from the processors' own manuals and not from src/arch, which it is the judge of. */
#ifndef TESTS_ARCH_MACHINE_H
#define TESTS_ARCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

#define MACHINE_REGISTERS 32

struct machine {
    uint64_t registers[MACHINE_REGISTERS]; /* by the numbers of machine_register() */
    uint64_t stack_pointer;
    unsigned char stack[512]; /* from the stack pointer upwards */
};

extern const unsigned char machine_breakpoint[];
extern const size_t machine_breakpoint_size;

/* Copies the state. Safe in a signal handler. */
void machine_copy(struct machine *machine, const ucontext_t *context);

/* Lets the thread go on at `address` when the handler returns. */
void machine_go_on_at(ucontext_t *context, const void *address);

#define MACHINE_STACK_POINTER (-1)
#define MACHINE_UNKNOWN       (-2)

/* The number of the register that an operand names, or one of the two above. */
int machine_register(const char *name);

#endif
