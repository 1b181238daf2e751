/* SPDX-License-Identifier: MIT */
/* riscv64. */
#include "arch/arch.h"

#include <elf.h>
#include <string.h>

/* nop and ret in their 4-byte form, so that a processor without the C extension runs them too;
 * ebreak behind the return. */
static const struct udyn_site sites[] = {
    {"nop",
     {0x13, 0x00, 0x00, 0x00, 0x67, 0x80, 0x00, 0x00, 0x73, 0x00, 0x10, 0x00, 0x73, 0x00, 0x10,
      0x00},
     0},
};

/* RISC-V ELF psABI, "Integer Calling Convention": arguments 1 to 8. */
#define ANY_WIDTH(name)                                                                            \
    {                                                                                              \
        name, name, name, name                                                                     \
    }
static const char *const registers[][4] = {
    ANY_WIDTH("a0"), ANY_WIDTH("a1"), ANY_WIDTH("a2"), ANY_WIDTH("a3"),
    ANY_WIDTH("a4"), ANY_WIDTH("a5"), ANY_WIDTH("a6"), ANY_WIDTH("a7"),
};

static char *stack(char *text, unsigned int offset)
{
    return stpcpy(udyn_put_number(text, offset), "(sp)");
}

static const struct udyn_site *choose(const struct udyn_kernel *kernel)
{
    (void)kernel; /* one nop for all of them */
    return &sites[0];
}

const struct udyn_arch udyn_arch_riscv64 = {
    .name = "riscv64",
    .machine = EM_RISCV,
    .hash_word = 4,
    /* EF_RISCV_FLOAT_ABI_DOUBLE, which musl does not know by name: glibc refuses an object of
     * another float ABI. */
    .flags = 4,
    .sites = sites,
    .nsites = sizeof(sites) / sizeof(sites[0]),
    .registers = registers,
    .nregisters = sizeof(registers) / sizeof(registers[0]),
    .stack = stack,
    .stack_offset = 0,
    .choose = choose,
};
