/* SPDX-License-Identifier: MIT */
/*
 * libelf reads and allocates whatever a header asks for, and unpacks compressed names. This reads
 * with pread(2) what it needs and no more than the limits below, which no program comes near. A
 * mapping would end the reader with SIGBUS when the file is cut short under it.
 */
#include "read/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_SEGMENTS   256
#define MOST_SECTIONS   1024
#define MOST_NAME_BYTES ((size_t)64 * 1024)

/* A member of a structure that both classes have. */
#define FIELD(file, bytes, type, member)                                                           \
    ((file)->is_32 ? udyn_elf_number((file), (bytes) + offsetof(Elf32_##type, member),             \
                                     sizeof(((Elf32_##type *)0)->member))                          \
                   : udyn_elf_number((file), (bytes) + offsetof(Elf64_##type, member),             \
                                     sizeof(((Elf64_##type *)0)->member)))

#define SIZE(file, type) ((file)->is_32 ? sizeof(Elf32_##type) : sizeof(Elf64_##type))

static int broken(char complaint[UDYN_READ_SENTENCE], const char *what)
{
    snprintf(complaint, UDYN_READ_SENTENCE, "a broken ELF file: %s", what);
    return -EBADMSG;
}

static int no_memory(char complaint[UDYN_READ_SENTENCE])
{
    snprintf(complaint, UDYN_READ_SENTENCE, "no memory for its headers");
    return -ENOMEM;
}

uint64_t udyn_elf_number(const struct udyn_elf_file *file, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    uint64_t number = 0;
    size_t i;

    for (i = 0; i < size; i++)
        number = number << 8 | from[file->is_big_endian ? i : size - 1 - i];
    return number;
}

int udyn_elf_read(const struct udyn_elf_file *file, uint64_t offset, void *bytes, size_t size)
{
    char *to = bytes;

    if (offset > file->size || size > file->size - offset)
        return -EBADMSG;
    while (size > 0) {
        ssize_t got = pread(file->fd, to, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EBADMSG; /* it was cut short a moment ago */
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

/* Reads a table of headers. */
static int read_table(const struct udyn_elf_file *file, uint64_t offset, size_t size,
                      unsigned char **table, char complaint[UDYN_READ_SENTENCE])
{
    *table = malloc(size);
    if (*table == NULL)
        return no_memory(complaint);
    if (udyn_elf_read(file, offset, *table, size) < 0)
        return broken(complaint, "its headers lie outside of the file: is it cut short?");
    return 0;
}

static void use_segments(struct udyn_elf_file *file, const unsigned char *table, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const unsigned char *header = table + i * SIZE(file, Phdr);
        struct udyn_elf_segment *segment = &file->segments[file->nsegments];
        uint64_t left;

        segment->offset = FIELD(file, header, Phdr, p_offset);
        if (FIELD(file, header, Phdr, p_type) != PT_LOAD || segment->offset >= file->size)
            continue;
        left = file->size - segment->offset;
        segment->address = FIELD(file, header, Phdr, p_vaddr);
        segment->size = FIELD(file, header, Phdr, p_filesz);
        if (segment->size > left)
            segment->size = left;
        segment->flags = (uint32_t)FIELD(file, header, Phdr, p_flags);
        file->nsegments++;
    }
}

static int read_segments(struct udyn_elf_file *file, const unsigned char *header,
                         char complaint[UDYN_READ_SENTENCE])
{
    size_t count = FIELD(file, header, Ehdr, e_phnum);
    unsigned char *table;
    int error;

    if (count == 0)
        return 0;
    if (count > MOST_SEGMENTS)
        return broken(complaint, "it has more than 256 program headers");
    if (FIELD(file, header, Ehdr, e_phentsize) != SIZE(file, Phdr))
        return broken(complaint, "its program headers have another size than its class");
    file->segments = calloc(count, sizeof(*file->segments));
    if (file->segments == NULL)
        return no_memory(complaint);
    error = read_table(file, FIELD(file, header, Ehdr, e_phoff), count * SIZE(file, Phdr), &table,
                       complaint);
    if (error == 0)
        use_segments(file, table, count);
    free(table);
    return error;
}

static int read_names(struct udyn_elf_file *file, size_t index, char complaint[UDYN_READ_SENTENCE])
{
    struct udyn_elf_section section;

    if (index == SHN_UNDEF)
        return 0;
    if (!udyn_elf_section(file, index, &section) || (section.flags & SHF_COMPRESSED) != 0)
        return broken(complaint, "the names of its sections can't be read");
    file->names_size = section.size < MOST_NAME_BYTES ? section.size : MOST_NAME_BYTES;
    file->names = calloc(file->names_size + 1, 1);
    if (file->names == NULL)
        return no_memory(complaint);
    if (udyn_elf_read(file, section.offset, file->names, file->names_size) < 0)
        return broken(complaint, "the names of its sections lie outside of the file");
    return 0;
}

static int read_sections(struct udyn_elf_file *file, const unsigned char *header,
                         char complaint[UDYN_READ_SENTENCE])
{
    uint64_t offset = FIELD(file, header, Ehdr, e_shoff);
    size_t count = FIELD(file, header, Ehdr, e_shnum);
    int error;

    if (offset == 0)
        return 0;
    /* 0 stands for a number too big for its field, and says to look in the first section. */
    if (count == 0 || count > MOST_SECTIONS)
        return broken(complaint, "it has more than 1024 sections");
    if (FIELD(file, header, Ehdr, e_shentsize) != SIZE(file, Shdr))
        return broken(complaint, "its section headers have another size than its class");
    error = read_table(file, offset, count * SIZE(file, Shdr), &file->sections, complaint);
    if (error < 0)
        return error;
    file->nsections = count;
    return read_names(file, FIELD(file, header, Ehdr, e_shstrndx), complaint);
}

int udyn_elf_open(struct udyn_elf_file *file, int fd, char complaint[UDYN_READ_SENTENCE])
{
    unsigned char header[sizeof(Elf64_Ehdr)] = {0};
    struct stat status;
    int error;

    memset(file, 0, sizeof(*file));
    file->fd = fd;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        snprintf(complaint, UDYN_READ_SENTENCE, "not a regular file");
        return -ENOEXEC;
    }
    file->size = (uint64_t)status.st_size;
    if (udyn_elf_read(file, 0, header, sizeof(Elf32_Ehdr)) < 0 ||
        memcmp(header, ELFMAG, SELFMAG) != 0 ||
        (header[EI_CLASS] != ELFCLASS32 && header[EI_CLASS] != ELFCLASS64) ||
        (header[EI_DATA] != ELFDATA2LSB && header[EI_DATA] != ELFDATA2MSB)) {
        snprintf(complaint, UDYN_READ_SENTENCE, "not an ELF file");
        return -ENOEXEC;
    }
    file->is_32 = header[EI_CLASS] == ELFCLASS32;
    file->is_big_endian = header[EI_DATA] == ELFDATA2MSB;
    if (!file->is_32 && udyn_elf_read(file, 0, header, sizeof(header)) < 0)
        return broken(complaint, "its header can't be read");
    file->machine = (uint16_t)FIELD(file, header, Ehdr, e_machine);
    error = read_segments(file, header, complaint);
    return error < 0 ? error : read_sections(file, header, complaint);
}

void udyn_elf_close(struct udyn_elf_file *file)
{
    free(file->segments);
    free(file->sections);
    free(file->names);
    memset(file, 0, sizeof(*file));
}

static const unsigned char *header_of(const struct udyn_elf_file *file, size_t index)
{
    return file->sections + index * SIZE(file, Shdr);
}

bool udyn_elf_section(const struct udyn_elf_file *file, size_t index,
                      struct udyn_elf_section *section)
{
    const unsigned char *header;

    if (index >= file->nsections)
        return false;
    header = header_of(file, index);
    section->flags = FIELD(file, header, Shdr, sh_flags);
    section->address = FIELD(file, header, Shdr, sh_addr);
    section->offset = FIELD(file, header, Shdr, sh_offset);
    section->size = FIELD(file, header, Shdr, sh_size);
    section->alignment = FIELD(file, header, Shdr, sh_addralign);
    section->link = (uint32_t)FIELD(file, header, Shdr, sh_link);
    return true;
}

bool udyn_elf_find(const struct udyn_elf_file *file, size_t *index, uint32_t type, const char *name,
                   struct udyn_elf_section *section)
{
    while (*index < file->nsections) {
        const unsigned char *header = header_of(file, (*index)++);
        uint64_t at;

        if (FIELD(file, header, Shdr, sh_type) != type)
            continue;
        at = FIELD(file, header, Shdr, sh_name);
        if (at < file->names_size && strcmp(file->names + at, name) == 0)
            return udyn_elf_section(file, *index - 1, section);
    }
    return false;
}

uint64_t udyn_elf_offset(const struct udyn_elf_file *file, uint64_t address, uint32_t flags)
{
    size_t i;

    for (i = 0; i < file->nsegments; i++) {
        const struct udyn_elf_segment *segment = &file->segments[i];

        if (address >= segment->address && address - segment->address < segment->size &&
            (segment->flags & flags) == flags)
            return address - segment->address + segment->offset;
    }
    return UDYN_READ_NOWHERE;
}
