/* SPDX-License-Identifier: MIT */
/* aarch64, little-endian. Tracers know only the 64-bit names of its registers (libbpf usdt.c,
 * calc_pt_regs_off): a narrow value is told by its size alone. */
#include "arch/arch.h"

#include <elf.h>
#include <string.h>

/* brk #0 behind the return: to run into the padding is a bug that must not go on unseen. */
static const struct udyn_site sites[] = {
    {"nop",
     {0x1f, 0x20, 0x03, 0xd5, 0xc0, 0x03, 0x5f, 0xd6, 0x00, 0x00, 0x20, 0xd4, 0x00, 0x00, 0x20,
      0xd4},
     0},
};

/* Procedure Call Standard for the Arm 64-bit Architecture, 6.8.2: arguments 1 to 8. */
#define ANY_WIDTH(name)                                                                            \
    {                                                                                              \
        name, name, name, name                                                                     \
    }
static const char *const registers[][4] = {
    ANY_WIDTH("x0"), ANY_WIDTH("x1"), ANY_WIDTH("x2"), ANY_WIDTH("x3"),
    ANY_WIDTH("x4"), ANY_WIDTH("x5"), ANY_WIDTH("x6"), ANY_WIDTH("x7"),
};

static char *stack(char *text, unsigned int offset)
{
    if (offset == 0)
        return stpcpy(text, "[sp]");
    return stpcpy(udyn_put_number(stpcpy(text, "[sp, "), offset), "]");
}

static const struct udyn_site *choose(const struct udyn_kernel *kernel)
{
    (void)kernel; /* one nop for all of them */
    return &sites[0];
}

const struct udyn_arch udyn_arch_aarch64 = {
    .name = "aarch64",
    .machine = EM_AARCH64,
    .hash_word = 4,
    .sites = sites,
    .nsites = sizeof(sites) / sizeof(sites[0]),
    .registers = registers,
    .nregisters = sizeof(registers) / sizeof(registers[0]),
    .stack = stack,
    .stack_offset = 0,
    .choose = choose,
};
