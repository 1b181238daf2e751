/* SPDX-License-Identifier: MIT */
/* s390x, the one big-endian processor here. */
#include "arch/arch.h"

#include <elf.h>
#include <string.h>

/* nop in its 4-byte form and br %r14; zeroes behind the return are an illegal instruction. */
static const struct udyn_site sites[] = {
    {"nop", {0x47, 0x00, 0x00, 0x00, 0x07, 0xfe}, 0},
};

/* s390x ELF ABI, "Parameter Passing": arguments 1 to 5. */
#define ANY_WIDTH(name)                                                                            \
    {                                                                                              \
        name, name, name, name                                                                     \
    }
static const char *const registers[][4] = {
    ANY_WIDTH("%r2"), ANY_WIDTH("%r3"), ANY_WIDTH("%r4"), ANY_WIDTH("%r5"), ANY_WIDTH("%r6"),
};

static char *stack(char *text, unsigned int offset)
{
    return stpcpy(udyn_put_number(text, offset), "(%r15)");
}

static const struct udyn_site *choose(const struct udyn_kernel *kernel)
{
    (void)kernel; /* one nop for all of them */
    return &sites[0];
}

const struct udyn_arch udyn_arch_s390x = {
    .name = "s390x",
    .machine = EM_S390,
    .is_big_endian = true,
    .hash_word = 8,
    .sites = sites,
    .nsites = sizeof(sites) / sizeof(sites[0]),
    .registers = registers,
    .nregisters = sizeof(registers) / sizeof(registers[0]),
    .stack = stack,
    .stack_offset = 160, /* the register save area of the caller's frame */
    .choose = choose,
};
