/* SPDX-License-Identifier: MIT */
#include "arch/arch.h"

#include <stdio.h>
#include <string.h>

const struct udyn_arch *udyn_arch_native(void)
{
#if defined(__x86_64__) && defined(__LP64__)
    return &udyn_arch_x86_64;
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
    return &udyn_arch_aarch64;
#elif defined(__riscv) && __riscv_xlen == 64
    return &udyn_arch_riscv64;
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__) && _CALL_ELF == 2
    return &udyn_arch_ppc64le;
#elif defined(__s390x__)
    return &udyn_arch_s390x;
#else
    return NULL;
#endif
}

/* Which of the four names of a register a value of `size` bytes has. */
static size_t width_of(unsigned int size)
{
    return size == 8 ? 3 : size == 4 ? 2 : size - 1;
}

/* Where a value of `size` bytes is in a slot on the stack: tracers read so many bytes from there.
 */
static unsigned int slot_offset(const struct udyn_arch *arch, size_t slot, unsigned int size)
{
    unsigned int offset = arch->stack_offset + 8 * (unsigned int)slot;

    return arch->is_big_endian ? offset + 8 - size : offset;
}

size_t udyn_arch_operand(const struct udyn_arch *arch, char text[UDYN_OPERAND_SIZE], size_t index,
                         unsigned int size, bool is_signed)
{
    char *next = text;

    if (is_signed)
        *next++ = '-';
    *next++ = (char)('0' + size);
    *next++ = '@';
    if (index < arch->nregisters)
        next = stpcpy(next, arch->registers[index][width_of(size)]);
    else
        next = arch->stack(next, slot_offset(arch, index - arch->nregisters, size));
    return (size_t)(next - text);
}

char *udyn_put_number(char *text, unsigned int number)
{
    if (number >= 100)
        *text++ = (char)('0' + number / 100);
    if (number >= 10)
        *text++ = (char)('0' + number / 10 % 10);
    *text++ = (char)('0' + number % 10);
    *text = '\0';
    return text;
}

const struct udyn_site *udyn_arch_site(const struct udyn_arch *arch, const char *name)
{
    size_t i;

    for (i = 0; i < arch->nsites; i++)
        if (strcmp(arch->sites[i].name, name) == 0)
            return &arch->sites[i];
    return NULL;
}

unsigned int udyn_release_number(const char *release)
{
    unsigned int major, minor;

    if (sscanf(release, "%3u.%3u", &major, &minor) != 2)
        return 0;
    return 1000 * major + minor;
}
