/* SPDX-License-Identifier: MIT */
/* What the library uses of libelf, where there is no libelf for this libc: enough for a processor
 * whose byte order is that of the file. */
#include <libelf.h>
#include <string.h>

unsigned int elf_version(unsigned int version)
{
    return version;
}

const char *elf_errmsg(int error)
{
    (void)error;
    return "stub";
}

Elf_Data *elf64_xlatetof(Elf_Data *to, const Elf_Data *from, unsigned int encoding)
{
    if (encoding != ELFDATA2LSB || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return NULL;
    memcpy(to->d_buf, from->d_buf, from->d_size);
    return to;
}
