/* SPDX-License-Identifier: MIT */
#include "read/notes.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void udyn_read_damaged(struct udyn_read_file *file, const char *format, ...)
{
    va_list values;

    file->damaged++;
    if (file->complaint[0] != '\0')
        return;
    va_start(values, format);
    vsnprintf(file->complaint, sizeof(file->complaint), format, values);
    va_end(values);
}

const char *udyn_read_string(struct udyn_read_note *note)
{
    const char *string = note->at;
    const char *end = memchr(string, '\0', note->left);

    if (end == NULL)
        return NULL;
    note->left -= (size_t)(end + 1 - string);
    note->at = end + 1;
    return string;
}

bool udyn_read_address(const struct udyn_elf_file *elf, struct udyn_read_note *note,
                       uint64_t *address)
{
    size_t size = elf->is_32 ? sizeof(Elf32_Addr) : sizeof(Elf64_Addr);

    if (note->left < size)
        return false;
    *address = udyn_elf_number(elf, note->at, size);
    note->at += size;
    note->left -= size;
    return true;
}

bool udyn_read_charge(struct udyn_read_file *file, size_t bytes)
{
    if (bytes > file->left) {
        udyn_read_damaged(file, "it has more probes than are read: some are left out");
        return false;
    }
    file->left -= bytes;
    file->cost += bytes;
    return true;
}

/* Takes a copy of a section, or of as much as may be read: half of what is left, since the probes
 * in it cost as much again. Returns 0 with *bytes NULL for one that lies: skip it. */
static int keep_section(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                        const struct udyn_elf_section *section, struct udyn_read_bytes **bytes)
{
    size_t size = section->size < file->left / 2 ? section->size : file->left / 2;

    *bytes = NULL;
    if (section->offset > elf->size || section->size > elf->size - section->offset) {
        udyn_read_damaged(file, "its notes lie outside of the file: is it cut short?");
        return 0;
    }
    if ((section->flags & SHF_COMPRESSED) != 0) {
        udyn_read_damaged(file, "its notes are compressed");
        return 0;
    }
    if (size < section->size)
        udyn_read_damaged(file, "%llu bytes of notes are more than are read: some are left out",
                          (unsigned long long)section->size);
    if (size == 0)
        return 0;
    *bytes = malloc(sizeof(**bytes) + size);
    if (*bytes == NULL) {
        snprintf(file->complaint, sizeof(file->complaint), "no memory for %zu bytes of notes",
                 size);
        return -ENOMEM;
    }
    (*bytes)->is_cut = size < section->size;
    (*bytes)->size = size;
    (*bytes)->next = file->bytes;
    file->bytes = *bytes;
    (void)udyn_read_charge(file, size); /* it is no more than is left */
    if (udyn_elf_read(elf, section->offset, (*bytes)->bytes, size) < 0) {
        udyn_read_damaged(file, "its notes can't be read");
        *bytes = NULL;
    }
    return 0;
}

/* What a note begins with (elf(5)); the names of its members are those of Elf32_Nhdr. */
struct header {
    uint32_t namesz, descsz, type;
};

/* Takes the next note off `notes`, with its description in `note`. Returns its owner, or NULL if it
 * runs past the end. */
static const char *take_note(const struct udyn_elf_file *elf, struct udyn_read_note *notes,
                             size_t alignment, struct header *header, struct udyn_read_note *note)
{
    const char *owner = notes->at + sizeof(Elf32_Nhdr);
    uint64_t description, end;

    if (notes->left < sizeof(Elf32_Nhdr))
        return NULL;
    header->namesz = (uint32_t)udyn_elf_number(elf, notes->at, 4);
    header->descsz = (uint32_t)udyn_elf_number(elf, notes->at + 4, 4);
    header->type = (uint32_t)udyn_elf_number(elf, notes->at + 8, 4);
    description = (sizeof(Elf32_Nhdr) + header->namesz + alignment - 1) / alignment * alignment;
    end = description + header->descsz;
    if (end > notes->left)
        return NULL;
    note->at = notes->at + description;
    note->left = header->descsz;
    end = (end + alignment - 1) / alignment * alignment;
    if (end > notes->left)
        end = notes->left; /* the last one needs no padding */
    notes->at += end;
    notes->left -= end;
    return owner;
}

static int each_in_section(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                           const struct udyn_read_kind *kind, const struct udyn_read_bytes *bytes,
                           size_t alignment, void *context)
{
    struct udyn_read_note notes = {bytes->bytes, bytes->size};
    size_t owner_size = strlen(kind->owner) + 1;
    int error = 0;

    while (error == 0 && notes.left > 0) {
        struct udyn_read_note note;
        struct header header;
        const char *owner = take_note(elf, &notes, alignment, &header, &note);

        if (owner == NULL && !bytes->is_cut)
            udyn_read_damaged(file, "a note in %s runs past the end of the section", kind->section);
        if (owner == NULL)
            break;
        if (header.type == kind->type && header.namesz == owner_size &&
            memcmp(owner, kind->owner, owner_size) == 0)
            error = kind->use(elf, file, &note, context);
    }
    return error;
}

int udyn_read_each_note(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                        const struct udyn_read_kind *kind, void *context)
{
    struct udyn_elf_section section;
    size_t index = 0;
    int error = 0;

    /* An image of ours that is unloaded has its notes switched off by another type. */
    while (error == 0 && udyn_elf_find(elf, &index, SHT_NOTE, kind->section, &section)) {
        struct udyn_read_bytes *bytes;

        error = keep_section(elf, file, &section, &bytes);
        if (bytes != NULL)
            error =
                each_in_section(elf, file, kind, bytes, section.alignment == 8 ? 8 : 4, context);
        if (file->left < 2)
            break; /* no half of it is left for another one */
    }
    return error;
}
