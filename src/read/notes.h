/* SPDX-License-Identifier: MIT */
/* The steps of udyn_read_probes(). Private to src/read. */
#ifndef UDYN_READ_NOTES_H
#define UDYN_READ_NOTES_H

#include "read/elf_file.h"

/* The bytes of a note section, kept for as long as strings point into them. */
struct udyn_read_bytes {
    struct udyn_read_bytes *next;
    size_t size;
    bool is_cut; /* there was more in the section */
    char bytes[];
};

/* What is left of a note's description; all of it is inside the section. */
struct udyn_read_note {
    const char *at;
    size_t left;
};

/* One kind of note and what to do with each: returns 0 to go on or a negative errno. */
struct udyn_read_kind {
    const char *section;
    const char *owner;
    uint32_t type;
    int (*use)(const struct udyn_elf_file *elf, struct udyn_read_file *file,
               struct udyn_read_note *note, void *context);
};

/* Calls kind->use for each note of that kind. A section or a note that lies is counted as damaged.
 */
int udyn_read_each_note(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                        const struct udyn_read_kind *kind, void *context);

/* Takes the next string out of a note: NULL if no NUL is left in it. */
const char *udyn_read_string(struct udyn_read_note *note);

/* Takes the next address out of a note, as wide and in the order of bytes that the file has. */
bool udyn_read_address(const struct udyn_elf_file *elf, struct udyn_read_note *note,
                       uint64_t *address);

/* Takes bytes off what this file may still cost. Returns false, and says so, if it is too much. */
bool udyn_read_charge(struct udyn_read_file *file, size_t bytes);

/* Counts a note that is left out, and keeps the sentence if it is the first. */
__attribute__((format(printf, 2, 3))) void udyn_read_damaged(struct udyn_read_file *file,
                                                             const char *format, ...);

/* The order of file->probes: provider, name, site. */
int udyn_read_order(const struct udyn_read_probe *one, const struct udyn_read_probe *other);

/* Adds the locations that .note.stapsdt tells to file->probes (stapsdt.c). */
int udyn_read_stapsdt(const struct udyn_elf_file *elf, struct udyn_read_file *file);

/* Finds the names and types of the arguments of file->probes (names.c). */
int udyn_read_names(const struct udyn_elf_file *elf, struct udyn_read_file *file);

#endif
