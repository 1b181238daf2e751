/* SPDX-License-Identifier: MIT */
/* ppc64le: 64-bit Power, little-endian, ELF version 2 of the ABI. Tracers take registers as bare
 * numbers, as its assembler writes them (perf arch/powerpc, bcc usdt_args.cc, gdb). libbpf reads no
 * arguments on this processor. */
#include "arch/arch.h"

#include <elf.h>
#include <string.h>

/* nop and blr; trap behind the return: to run into the padding is a bug that must not go on unseen.
 */
static const struct udyn_site sites[] = {
    {"nop",
     {0x00, 0x00, 0x00, 0x60, 0x20, 0x00, 0x80, 0x4e, 0x08, 0x00, 0xe0, 0x7f, 0x08, 0x00, 0xe0,
      0x7f},
     0},
};

/* OpenPOWER ELF V2 ABI, 2.2.3: arguments 1 to 8 in r3 to r10. */
#define ANY_WIDTH(name)                                                                            \
    {                                                                                              \
        name, name, name, name                                                                     \
    }
static const char *const registers[][4] = {
    ANY_WIDTH("3"), ANY_WIDTH("4"), ANY_WIDTH("5"), ANY_WIDTH("6"),
    ANY_WIDTH("7"), ANY_WIDTH("8"), ANY_WIDTH("9"), ANY_WIDTH("10"),
};

static char *stack(char *text, unsigned int offset)
{
    return stpcpy(udyn_put_number(text, offset), "(1)");
}

static const struct udyn_site *choose(const struct udyn_kernel *kernel)
{
    (void)kernel; /* one nop for all of them */
    return &sites[0];
}

const struct udyn_arch udyn_arch_ppc64le = {
    .name = "ppc64le",
    .machine = EM_PPC64,
    .hash_word = 4,
    .flags = 2, /* the ABI's version (EF_PPC64_ABI): 0 would be taken for any of them */
    .sites = sites,
    .nsites = sizeof(sites) / sizeof(sites[0]),
    .registers = registers,
    .nregisters = sizeof(registers) / sizeof(registers[0]),
    .stack = stack,
    .stack_offset = 32 + 8 * 8, /* the frame's header, and a place for each of the registers */
    .choose = choose,
};
