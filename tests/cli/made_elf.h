/* SPDX-License-Identifier: MIT */
/* ELF files for the tests of the reader: of both classes and orders of bytes, as right or as wrong
 * as the test asks for. */
#ifndef MADE_ELF_H
#define MADE_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/notes.h"

/* One loaded segment, with rights to read, write and run, whose addresses begin here; it begins
 * with the file and is as long as a page. */
#define MADE_ADDRESS 0x10000
#define MADE_SIZE    0x1000

struct made_bytes {
    unsigned char bytes[16384];
    size_t size;
};

struct made_section {
    const char *name; /* NULL ends the list */
    uint32_t type;
    uint64_t flags, address, alignment;
    const struct made_bytes *content;
};

struct made_elf {
    bool is_32, is_big_endian;
    const struct made_section *sections;
    /* What the header says instead of the truth, where it isn't 0. */
    uint16_t phnum, phentsize, shnum, shentsize, shstrndx;
    uint64_t phoff, shoff;
    uint32_t segment_flags; /* 0: all three */
};

/* Appends a number, as wide and in the order that the file has. */
void made_number(struct made_bytes *to, const struct made_elf *elf, uint64_t number, size_t size);
void made_address(struct made_bytes *to, const struct made_elf *elf, uint64_t address);
void made_string(struct made_bytes *to, const char *string);

/* Appends a note and its padding. */
void made_note(struct made_bytes *to, const struct made_elf *elf, const char *owner, uint32_t type,
               const struct made_bytes *description, size_t alignment);

/* Writes the file. Returns its descriptor. */
int made_file(const struct made_elf *elf);

#endif
