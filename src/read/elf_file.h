/* SPDX-License-Identifier: MIT */
/* An ELF file under the reader: sections by name, addresses to offsets. Private to src/read. */
#ifndef UDYN_READ_ELF_FILE_H
#define UDYN_READ_ELF_FILE_H

#include "read/read.h"

struct udyn_elf_segment {
    uint64_t address;
    uint64_t size; /* in the file */
    uint64_t offset;
    uint32_t flags;
};

struct udyn_elf_section {
    uint64_t flags;
    uint64_t address;
    uint64_t offset;
    uint64_t size;
    uint64_t alignment;
    uint32_t link;
};

struct udyn_elf_file {
    int fd;
    uint64_t size;
    bool is_32;
    bool is_big_endian;
    uint16_t machine;
    unsigned char *sections; /* their headers, as the file has them */
    size_t nsections;
    char *names; /* of the sections; a NUL is behind the last */
    size_t names_size;
    struct udyn_elf_segment *segments; /* those that are loaded */
    size_t nsegments;
};

/* Opens the file. Returns 0, or a negative errno with a sentence in `complaint`. To be closed in
 * all cases; the descriptor stays open. */
int udyn_elf_open(struct udyn_elf_file *file, int fd, char complaint[UDYN_READ_SENTENCE]);
void udyn_elf_close(struct udyn_elf_file *file);

/* Copies bytes of the file. Returns 0, -EBADMSG if they lie outside of it, or what read(2) says. */
int udyn_elf_read(const struct udyn_elf_file *file, uint64_t offset, void *bytes, size_t size);

/* A number of up to 8 bytes in the file's order. */
uint64_t udyn_elf_number(const struct udyn_elf_file *file, const void *bytes, size_t size);

/* The section of that number. Returns false if there is none. */
bool udyn_elf_section(const struct udyn_elf_file *file, size_t index,
                      struct udyn_elf_section *section);

/* The next section of that type and name from *index on, which is then the one behind it. Returns
 * false if there is none. */
bool udyn_elf_find(const struct udyn_elf_file *file, size_t *index, uint32_t type, const char *name,
                   struct udyn_elf_section *section);

/* Where an address is in the file, if it is in a segment with all of `flags`. */
uint64_t udyn_elf_offset(const struct udyn_elf_file *file, uint64_t address, uint32_t flags);

#endif
