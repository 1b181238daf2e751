/* SPDX-License-Identifier: MIT */
#include "made_elf.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define FIRST_CONTENT 0x400 /* behind the headers of the file and of its segment */

void made_number(struct made_bytes *to, const struct made_elf *elf, uint64_t number, size_t size)
{
    size_t i;

    assert_true(to->size + size <= sizeof(to->bytes));
    for (i = 0; i < size; i++)
        to->bytes[to->size++] =
            (unsigned char)(number >> 8 * (elf->is_big_endian ? size - 1 - i : i));
}

void made_address(struct made_bytes *to, const struct made_elf *elf, uint64_t address)
{
    made_number(to, elf, address, elf->is_32 ? 4 : 8);
}

void made_string(struct made_bytes *to, const char *string)
{
    size_t size = strlen(string) + 1;

    assert_true(to->size + size <= sizeof(to->bytes));
    memcpy(to->bytes + to->size, string, size);
    to->size += size;
}

static void pad(struct made_bytes *to, size_t alignment)
{
    while (to->size % alignment != 0)
        to->bytes[to->size++] = 0;
}

void made_note(struct made_bytes *to, const struct made_elf *elf, const char *owner, uint32_t type,
               const struct made_bytes *description, size_t alignment)
{
    made_number(to, elf, strlen(owner) + 1, 4);
    made_number(to, elf, description->size, 4);
    made_number(to, elf, type, 4);
    made_string(to, owner);
    pad(to, alignment);
    assert_true(to->size + description->size + alignment <= sizeof(to->bytes));
    memcpy(to->bytes + to->size, description->bytes, description->size);
    to->size += description->size;
    pad(to, alignment);
}

static void put_header(struct made_bytes *to, const struct made_elf *elf, uint64_t shoff,
                       uint16_t shnum)
{
    size_t header = elf->is_32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
    const unsigned char ident[EI_NIDENT] = {ELFMAG0,
                                            ELFMAG1,
                                            ELFMAG2,
                                            ELFMAG3,
                                            elf->is_32 ? ELFCLASS32 : ELFCLASS64,
                                            elf->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB,
                                            EV_CURRENT};

    memcpy(to->bytes, ident, sizeof(ident));
    to->size = sizeof(ident);
    made_number(to, elf, ET_DYN, 2);
    made_number(to, elf, EM_RISCV, 2);
    made_number(to, elf, EV_CURRENT, 4);
    made_address(to, elf, 0);
    made_address(to, elf, elf->phoff != 0 ? elf->phoff : header);
    made_address(to, elf, elf->shoff != 0 ? elf->shoff : shoff);
    made_number(to, elf, 0, 4);
    made_number(to, elf, header, 2);
    made_number(to, elf,
                elf->phentsize != 0 ? elf->phentsize
                : elf->is_32        ? sizeof(Elf32_Phdr)
                                    : sizeof(Elf64_Phdr),
                2);
    made_number(to, elf, elf->phnum != 0 ? elf->phnum : 1, 2);
    made_number(to, elf,
                elf->shentsize != 0 ? elf->shentsize
                : elf->is_32        ? sizeof(Elf32_Shdr)
                                    : sizeof(Elf64_Shdr),
                2);
    made_number(to, elf, elf->shnum != 0 ? elf->shnum : shnum, 2);
    made_number(to, elf, elf->shstrndx != 0 ? elf->shstrndx : shnum - 1U, 2);
    assert_int_equal(to->size, header);
}

static void put_segment(struct made_bytes *to, const struct made_elf *elf)
{
    uint32_t flags = elf->segment_flags != 0 ? elf->segment_flags : PF_R | PF_W | PF_X;

    made_number(to, elf, PT_LOAD, 4);
    if (!elf->is_32)
        made_number(to, elf, flags, 4);
    made_address(to, elf, 0);
    made_address(to, elf, MADE_ADDRESS);
    made_address(to, elf, 0);
    made_address(to, elf, MADE_SIZE);
    made_address(to, elf, MADE_SIZE);
    if (elf->is_32)
        made_number(to, elf, flags, 4);
    made_address(to, elf, MADE_SIZE);
}

static void put_section(struct made_bytes *to, const struct made_elf *elf, size_t name,
                        const struct made_section *section, uint64_t offset)
{
    made_number(to, elf, name, 4);
    made_number(to, elf, section->type, 4);
    made_address(to, elf, section->flags);
    made_address(to, elf, section->address);
    made_address(to, elf, offset);
    made_address(to, elf, section->content != NULL ? section->content->size : 0);
    made_number(to, elf, 7, 4); /* sh_link */
    made_number(to, elf, 0, 4);
    made_address(to, elf, section->alignment);
    made_address(to, elf, 0);
}

int made_file(const struct made_elf *elf)
{
    static const struct made_section nothing = {.name = ""};
    static struct made_bytes file, headers, names;
    struct made_section of_names = {.name = ".shstrtab", .type = SHT_STRTAB, .content = &names};
    const struct made_section *section;
    size_t offset = FIRST_CONTENT;
    uint16_t count = 2;
    int fd = memfd_create("made", MFD_CLOEXEC);

    assert_true(fd >= 0);
    headers.size = names.size = 0;
    made_string(&names, "");
    put_section(&headers, elf, 0, &nothing, 0);
    for (section = elf->sections; section->name != NULL; section++, count++) {
        put_section(&headers, elf, names.size, section, offset);
        made_string(&names, section->name);
        if (section->content == NULL)
            continue;
        assert_int_equal(pwrite(fd, section->content->bytes, section->content->size, (off_t)offset),
                         section->content->size);
        offset += section->content->size;
    }
    made_string(&names, ".shstrtab");
    put_section(&headers, elf, names.size - sizeof(".shstrtab"), &of_names, offset);
    assert_int_equal(pwrite(fd, names.bytes, names.size, (off_t)offset), names.size);
    offset += names.size;
    assert_int_equal(pwrite(fd, headers.bytes, headers.size, (off_t)offset), headers.size);
    put_header(&file, elf, offset, count);
    put_segment(&file, elf);
    assert_int_equal(pwrite(fd, file.bytes, file.size, 0), file.size);
    if (lseek(fd, 0, SEEK_END) < MADE_SIZE)
        assert_int_equal(ftruncate(fd, MADE_SIZE), 0);
    return fd;
}
