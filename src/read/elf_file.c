/* SPDX-License-Identifier: MIT */
#include "read/elf_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int broken(char complaint[UDYN_READ_SENTENCE], const char *what)
{
    const char *reason = elf_errmsg(-1);

    snprintf(complaint, UDYN_READ_SENTENCE, "a broken ELF file: %s (%s)", what,
             reason != NULL ? reason : "no reason given");
    return -EBADMSG;
}

static int read_segments(struct udyn_elf_file *file, char complaint[UDYN_READ_SENTENCE])
{
    size_t count, i;

    if (elf_getphdrnum(file->elf, &count) < 0)
        return broken(complaint, "its program headers can't be read");
    if (count == 0)
        return 0;
    if (count > file->size / sizeof(Elf32_Phdr))
        return broken(complaint, "it has more program headers than bytes for them");
    file->segments = calloc(count, sizeof(*file->segments));
    if (file->segments == NULL) {
        snprintf(complaint, UDYN_READ_SENTENCE, "no memory for %zu program headers", count);
        return -ENOMEM;
    }
    for (i = 0; i < count; i++) {
        struct udyn_read_segment *segment = &file->segments[file->nsegments];
        GElf_Phdr header;

        if (gelf_getphdr(file->elf, (int)i, &header) == NULL)
            return broken(complaint, "its program headers can't be read");
        if (header.p_type != PT_LOAD)
            continue;
        segment->address = header.p_vaddr;
        segment->size = header.p_filesz;
        segment->offset = header.p_offset;
        segment->flags = header.p_flags;
        file->nsegments++;
    }
    return 0;
}

/* ELF_C_READ, not ELF_C_READ_MMAP: a file that is cut short while it is mapped kills its reader. */
int udyn_elf_open(struct udyn_elf_file *file, int fd, char complaint[UDYN_READ_SENTENCE])
{
    struct stat status;

    memset(file, 0, sizeof(*file));
    if (elf_version(EV_CURRENT) == EV_NONE) {
        snprintf(complaint, UDYN_READ_SENTENCE, "libelf is older than this program: install both");
        return -ENOTSUP;
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        snprintf(complaint, UDYN_READ_SENTENCE, "not a regular file");
        return -ENOEXEC;
    }
    file->size = (uint64_t)status.st_size;
    file->elf = elf_begin(fd, ELF_C_READ, NULL);
    if (file->elf == NULL || elf_kind(file->elf) != ELF_K_ELF) {
        snprintf(complaint, UDYN_READ_SENTENCE, "not an ELF file");
        return -ENOEXEC;
    }
    if (gelf_getehdr(file->elf, &file->header) == NULL)
        return broken(complaint, "its header can't be read");
    if (elf_getshdrstrndx(file->elf, &file->names) < 0)
        return broken(complaint, "its section headers can't be read");
    return read_segments(file, complaint);
}

void udyn_elf_close(struct udyn_elf_file *file)
{
    free(file->segments);
    elf_end(file->elf); /* counts references: what it returns is no error */
    memset(file, 0, sizeof(*file));
}

Elf_Scn *udyn_elf_section(struct udyn_elf_file *file, Elf_Scn *after, const char *name,
                          GElf_Shdr *header)
{
    Elf_Scn *section = after;

    while ((section = elf_nextscn(file->elf, section)) != NULL) {
        const char *found;

        if (gelf_getshdr(section, header) == NULL)
            continue;
        found = elf_strptr(file->elf, file->names, header->sh_name);
        if (found != NULL && strcmp(found, name) == 0)
            return section;
    }
    return NULL;
}

uint64_t udyn_elf_offset(const struct udyn_elf_file *file, uint64_t address, uint32_t flags)
{
    size_t i;

    for (i = 0; i < file->nsegments; i++) {
        const struct udyn_read_segment *segment = &file->segments[i];

        if (address >= segment->address && address - segment->address < segment->size &&
            (segment->flags & flags) == flags)
            return address - segment->address + segment->offset;
    }
    return UDYN_READ_NOWHERE;
}
