/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

static void copy_stack(struct machine *machine, uint64_t stack_pointer)
{
    machine->stack_pointer = stack_pointer;
    memcpy(machine->stack, (const void *)(uintptr_t)stack_pointer, sizeof(machine->stack));
}

#if defined(__x86_64__)

const unsigned char machine_breakpoint[] = {0xcc}; /* int3 */

void machine_copy(struct machine *machine, const ucontext_t *context)
{
    int i;

    for (i = 0; i < NGREG; i++)
        machine->registers[i] = (uint64_t)context->uc_mcontext.gregs[i];
    copy_stack(machine, (uint64_t)context->uc_mcontext.gregs[REG_RSP]);
}

void machine_go_on_at(ucontext_t *context, const void *address)
{
    context->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)address;
}

int machine_register(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {
        {"%rdi", REG_RDI},
        {"%edi", REG_RDI},
        {"%di", REG_RDI},
        {"%dil", REG_RDI},
        {"%rsi", REG_RSI},
        {"%esi", REG_RSI},
        {"%si", REG_RSI},
        {"%sil", REG_RSI},
        {"%rdx", REG_RDX},
        {"%edx", REG_RDX},
        {"%dx", REG_RDX},
        {"%dl", REG_RDX},
        {"%rcx", REG_RCX},
        {"%ecx", REG_RCX},
        {"%cx", REG_RCX},
        {"%cl", REG_RCX},
        {"%r8", REG_R8},
        {"%r8d", REG_R8},
        {"%r8w", REG_R8},
        {"%r8b", REG_R8},
        {"%r9", REG_R9},
        {"%r9d", REG_R9},
        {"%r9w", REG_R9},
        {"%r9b", REG_R9},
        {"%rsp", MACHINE_STACK_POINTER},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].number;
    return MACHINE_UNKNOWN;
}

#else

/* The number behind a prefix, as in "x12"; MACHINE_UNKNOWN if it is not of that form. */
static int number_behind(const char *prefix, const char *name)
{
    size_t length = strlen(prefix);
    char *end;
    long number;

    if (strncmp(name, prefix, length) != 0 || name[length] < '0' || name[length] > '9')
        return MACHINE_UNKNOWN;
    number = strtol(name + length, &end, 10);
    return *end == '\0' && number < MACHINE_REGISTERS ? (int)number : MACHINE_UNKNOWN;
}

#if defined(__aarch64__)

const unsigned char machine_breakpoint[] = {0x00, 0x00, 0x20, 0xd4}; /* brk #0 */

void machine_copy(struct machine *machine, const ucontext_t *context)
{
    int i;

    for (i = 0; i < 31; i++)
        machine->registers[i] = context->uc_mcontext.regs[i];
    copy_stack(machine, context->uc_mcontext.sp);
}

void machine_go_on_at(ucontext_t *context, const void *address)
{
    context->uc_mcontext.pc = (uintptr_t)address;
}

int machine_register(const char *name)
{
    return strcmp(name, "sp") == 0 ? MACHINE_STACK_POINTER : number_behind("x", name);
}

#elif defined(__riscv)

const unsigned char machine_breakpoint[] = {0x73, 0x00, 0x10, 0x00}; /* ebreak */

void machine_copy(struct machine *machine, const ucontext_t *context)
{
    int i;

    /* The first is the program counter, where x0 would be: x0 is always 0. */
    for (i = 1; i < 32; i++)
        machine->registers[i] = context->uc_mcontext.__gregs[i];
    copy_stack(machine, context->uc_mcontext.__gregs[REG_SP]);
}

void machine_go_on_at(ucontext_t *context, const void *address)
{
    context->uc_mcontext.__gregs[REG_PC] = (uintptr_t)address;
}

int machine_register(const char *name)
{
    int argument = number_behind("a", name);

    if (strcmp(name, "sp") == 0)
        return MACHINE_STACK_POINTER;
    return argument < 0 ? argument : REG_A0 + argument; /* a0 to a7 are x10 to x17 */
}

#elif defined(__powerpc64__)

#include <asm/ptrace.h>

const unsigned char machine_breakpoint[] = {0x08, 0x00, 0xe0, 0x7f}; /* trap */

void machine_copy(struct machine *machine, const ucontext_t *context)
{
    int i;

    for (i = 0; i < 32; i++)
        machine->registers[i] = context->uc_mcontext.gp_regs[i];
    copy_stack(machine, context->uc_mcontext.gp_regs[PT_R1]);
}

void machine_go_on_at(ucontext_t *context, const void *address)
{
    context->uc_mcontext.gp_regs[PT_NIP] = (uintptr_t)address;
}

int machine_register(const char *name)
{
    return strcmp(name, "1") == 0 ? MACHINE_STACK_POINTER : number_behind("", name);
}

#elif defined(__s390x__)

/* The kernel gives SIGILL for it to a process that is not ptraced. */
const unsigned char machine_breakpoint[] = {0x00, 0x01};

void machine_copy(struct machine *machine, const ucontext_t *context)
{
    int i;

    for (i = 0; i < 16; i++)
        machine->registers[i] = context->uc_mcontext.gregs[i];
    copy_stack(machine, context->uc_mcontext.gregs[15]);
}

void machine_go_on_at(ucontext_t *context, const void *address)
{
    context->uc_mcontext.psw.addr = (uintptr_t)address;
}

int machine_register(const char *name)
{
    return strcmp(name, "%r15") == 0 ? MACHINE_STACK_POINTER : number_behind("%r", name);
}

#else
#error "say here what a breakpoint and a signal context look like on this processor"
#endif
#endif

const size_t machine_breakpoint_size = sizeof(machine_breakpoint);
