/* SPDX-License-Identifier: MIT */
/* An ELF file under the reader: sections by name, addresses to offsets. Private to src/read. */
#ifndef UDYN_READ_ELF_FILE_H
#define UDYN_READ_ELF_FILE_H

#include <gelf.h>

#include "read/read.h"

struct udyn_read_segment {
    uint64_t address;
    uint64_t size; /* in the file */
    uint64_t offset;
    uint32_t flags;
};

struct udyn_elf_file {
    Elf *elf;
    GElf_Ehdr header;
    struct udyn_read_segment *segments;
    size_t nsegments;
    size_t names; /* the section of section names */
    uint64_t size;
};

/* Opens the file. Returns 0, or a negative errno with a sentence in `complaint`. */
int udyn_elf_open(struct udyn_elf_file *file, int fd, char complaint[UDYN_READ_SENTENCE]);
void udyn_elf_close(struct udyn_elf_file *file);

/* The next section of that name after `after` (NULL: the first), or NULL. */
Elf_Scn *udyn_elf_section(struct udyn_elf_file *file, Elf_Scn *after, const char *name,
                          GElf_Shdr *header);

/* Where an address is in the file, if it is in a segment with all of `flags`. */
uint64_t udyn_elf_offset(const struct udyn_elf_file *file, uint64_t address, uint32_t flags);

#endif
