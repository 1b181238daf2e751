/* SPDX-License-Identifier: MIT */
/* Reads an image back with libelf and libdw, as a tracer would: no code is shared with the writer.
 */
#ifndef READER_H
#define READER_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader_section {
    const char *name;
    GElf_Shdr header;
    size_t index;
    Elf_Data *data; /* NULL for one without bytes */
};

struct reader_probe {
    uint64_t site;
    uint64_t base;
    uint64_t semaphore;
    const char *provider;
    const char *name;
    const char *operands;
    size_t size; /* of the description */
};

struct reader {
    int fd;
    Elf *elf;
    GElf_Ehdr header;
    GElf_Phdr *segments;
    size_t nsegments;
    struct reader_section *sections;
    size_t nsections;
    struct reader_probe *probes; /* in the order of .note.stapsdt */
    size_t nprobes;
};

/* Opens and reads a file; the test fails if it is no ELF file or a note is not well formed. */
void reader_open(struct reader *reader, const char *path);
void reader_close(struct reader *reader);

/* NULL if there is none. */
const struct reader_section *reader_section(const struct reader *reader, const char *name);

/* The loaded segment that has these bytes of the file in it, or NULL. */
const GElf_Phdr *reader_segment(const struct reader *reader, uint64_t address, uint64_t size);

/* The first segment of a type, or NULL. */
const GElf_Phdr *reader_segment_of_type(const struct reader *reader, uint32_t type);

/* A value of the dynamic section; false if the tag is not there. */
bool reader_dynamic(const struct reader *reader, int64_t tag, uint64_t *value);

/* The build id as libdw finds it; returns its size. */
size_t reader_build_id(const struct reader *reader, const unsigned char **id);

#endif
