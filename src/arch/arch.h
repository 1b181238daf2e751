/* SPDX-License-Identifier: MIT */
/*
 * The contract for processors: the ELF machine, the code of a probe site and the place of each
 * argument. One constant table a processor, in a file of its own (x86_64.c, aarch64.c, riscv64.c,
 * ppc64le.c, s390x.c); all of them are compiled everywhere, so that the image
 * of any processor can be made and checked on any other of the same byte order.
 */
#ifndef UDYN_ARCH_H
#define UDYN_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A site and the return behind it, with padding that traps, take this many bytes, aligned to as
 * many: so no instruction of a site crosses a page. */
#define UDYN_SITE_SIZE 16

struct udyn_site {
    const char *name; /* as USDT_DYN_SITE names it */
    uint8_t code[UDYN_SITE_SIZE];
    /* Not 0: the kernel turns the site into a call, which begins with this byte, to a page that
     * fork() does not copy. A child that finds it must get its text anew before it calls the site.
     */
    uint8_t fork_call;
};

/*
 * What is known of the running kernel. uprobe_errno() gives the errno of the uprobe system call
 * made outside a trampoline; it is asked only where the release says that the call is harmless.
 */
struct udyn_kernel {
    const char *release;
    int (*uprobe_errno)(void);
};

struct udyn_arch {
    const char *name;
    uint16_t machine; /* e_machine */
    uint32_t flags;   /* e_flags */
    bool is_big_endian;
    uint8_t hash_word;             /* the size of an entry of .hash */
    const struct udyn_site *sites; /* nsites of them; the first works on every kernel */
    size_t nsites;
    /* The registers of arguments 0 to nregisters - 1, each by its name for a value of 1, 2, 4 and 8
     * bytes. */
    const char *const (*registers)[4];
    size_t nregisters;
    /* Where the other arguments are: writes the operand for `offset` bytes above the stack pointer,
     * returns its end. The first is stack_offset bytes above it. */
    char *(*stack)(char *text, unsigned int offset);
    unsigned int stack_offset;
    long uprobe_syscall; /* the number of the uprobe system call, 0 where there is none */
    const struct udyn_site *(*choose)(const struct udyn_kernel *kernel);
};

extern const struct udyn_arch udyn_arch_x86_64;
extern const struct udyn_arch udyn_arch_aarch64;
extern const struct udyn_arch udyn_arch_riscv64;
extern const struct udyn_arch udyn_arch_ppc64le;
extern const struct udyn_arch udyn_arch_s390x;

/* The processor that this library is built for, or NULL if there is no table for it. */
const struct udyn_arch *udyn_arch_native(void);

/* The longest operand with its NUL: "-8@[sp, 24]" and the like. */
#define UDYN_OPERAND_SIZE 24

/*
 * Writes the operand of argument `index`, whose value has `size` bytes, as in "8@%rdi" or
 * "-4@%esi". Returns its length.
 */
size_t udyn_arch_operand(const struct udyn_arch *arch, char text[UDYN_OPERAND_SIZE], size_t index,
                         unsigned int size, bool is_signed);

/* Writes a number below 1000 in decimal and returns its end. */
char *udyn_put_number(char *text, unsigned int number);

/* Finds a site by its name; NULL if this processor has none of that name. */
const struct udyn_site *udyn_arch_site(const struct udyn_arch *arch, const char *name);

/* Reads "major.minor" off a kernel release, as 1000 * major + minor; 0 if it does not begin so. */
unsigned int udyn_release_number(const char *release);

#endif
