/* SPDX-License-Identifier: MIT */
/*
 * x86-64. What a site costs when it is traced depends on the instruction that the kernel finds
 * there (arch/x86/kernel/uprobes.c):
 *
 *   kernel          instruction            a hit
 *   all             90                     int3, emulated
 *   6.18 and later  0f 1f 44 00 00         becomes a call on the first hit, to a page that fork()
 *                                          does not copy (kernel commit ba2bfc97b462)
 *   the 10-byte     66 2e 0f 1f 84 ...     the same, and fork() copies the page (kernel commit
 *   kind                                   d9a48e77); cannot be attached on any other kernel
 *                                          (ENOTSUPP)
 *
 * docs/kernels.md shows each of them on real kernels: Debian's 7.2.13 and 7.3 are of the 10-byte
 * kind.
 *
 * Which of the two later kinds it is: the uprobe system call (336) made outside of its trampoline
 * fails with ENXIO on the 5-byte kind and with EPROTO on the 10-byte kind (kernel commit 8cae54c5).
 *
 * The 5-byte instruction takes less time, but to be traced with it can end a program: a child that
 * is forked in a signal handler, in the middle of a fire, returns into the page that it does not
 * have; and one of _Fork() or clone() needs madvise(2) before its first fire, which may be what it
 * has forbidden itself. Nothing that is done in the process covers both. So it is taken only where
 * somebody asks for it.
 */
#include "arch/arch.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define RET  0xc3
#define CALL 0xe8
#define PAD  0xcc /* int3: to run into the padding is a bug that must not go on unseen */

enum {
    NOP,
    NOP5,
    NOP10,
    NOP_NOP10,
};

static const struct udyn_site sites[] = {
    [NOP] = {"nop",
             {0x90, RET, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD},
             0},
    [NOP5] = {"nop5",
              {0x0f, 0x1f, 0x44, 0x00, 0x00, RET, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD, PAD},
              CALL},
    [NOP10] = {"nop10",
               {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00, RET, PAD, PAD, PAD, PAD,
                PAD},
               0},
    /* For a kernel that is not known: the probe is the 1-byte nop, and libbpf moves itself to the
     * 10-byte one behind it where the kernel can use it (libbpf usdt.c, has_nop_combo). */
    [NOP_NOP10] = {"nop+nop10",
                   {0x90, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00, RET, PAD, PAD,
                    PAD, PAD},
                   0},
};

/* System V ABI, AMD64 supplement, 3.2.3: integer arguments 1 to 6. */
static const char *const registers[][4] = {
    {"%dil", "%di", "%edi", "%rdi"}, {"%sil", "%si", "%esi", "%rsi"},
    {"%dl", "%dx", "%edx", "%rdx"},  {"%cl", "%cx", "%ecx", "%rcx"},
    {"%r8b", "%r8w", "%r8d", "%r8"}, {"%r9b", "%r9w", "%r9d", "%r9"},
};

static char *stack(char *text, unsigned int offset)
{
    return stpcpy(udyn_put_number(text, offset), "(%rsp)");
}

static const struct udyn_site *choose(const struct udyn_kernel *kernel)
{
    unsigned int release = udyn_release_number(kernel->release);

    if (release == 0)
        return &sites[NOP_NOP10];
    if (release < 6018)
        return &sites[NOP];
    switch (kernel->uprobe_errno()) {
    case ENXIO:
        return &sites[NOP];
    case EPROTO:
        return &sites[NOP10];
    default:
        return &sites[NOP_NOP10];
    }
}

const struct udyn_arch udyn_arch_x86_64 = {
    .name = "x86-64",
    .machine = EM_X86_64,
    .hash_word = 4,
    .sites = sites,
    .nsites = sizeof(sites) / sizeof(sites[0]),
    .registers = registers,
    .nregisters = sizeof(registers) / sizeof(registers[0]),
    .stack = stack,
    .stack_offset = 8, /* the return address is at 0 */
    .uprobe_syscall = 336,
    .choose = choose,
};
