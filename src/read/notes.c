/* SPDX-License-Identifier: MIT */
#include "read/notes.h"

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

bool udyn_read_address(struct udyn_elf_file *elf, struct udyn_read_note *note, uint64_t *address)
{
    bool is_32 = elf->header.e_ident[EI_CLASS] == ELFCLASS32;
    Elf32_Addr narrow = 0;
    Elf64_Addr wide = 0;
    Elf_Data to = {.d_version = EV_CURRENT, .d_type = ELF_T_ADDR};
    Elf_Data from = to;

    from.d_size = is_32 ? sizeof(narrow) : sizeof(wide);
    if (note->left < from.d_size)
        return false;
    /* gelf_xlatetom() only reads what d_buf of the source points at. */
    from.d_buf = (void *)(uintptr_t)note->at;
    to.d_buf = is_32 ? (void *)&narrow : (void *)&wide;
    to.d_size = from.d_size;
    if (gelf_xlatetom(elf->elf, &to, &from, elf->header.e_ident[EI_DATA]) == NULL)
        return false;
    *address = is_32 ? narrow : wide;
    note->at += from.d_size;
    note->left -= from.d_size;
    return true;
}

/* Takes a copy of a section that outlives the Elf. NULL with *error 0: it lies, skip it. */
static struct udyn_read_bytes *keep_section(struct udyn_elf_file *elf, struct udyn_read_file *file,
                                            Elf_Scn *section, const GElf_Shdr *header, int *error)
{
    struct udyn_read_bytes *bytes;
    Elf_Data *data;

    *error = 0;
    if (header->sh_size > UDYN_READ_MAX_NOTES) {
        udyn_read_damaged(file, "%llu bytes of notes are more than the %zu that are read",
                          (unsigned long long)header->sh_size, UDYN_READ_MAX_NOTES);
        return NULL;
    }
    if (header->sh_offset > elf->size || header->sh_size > elf->size - header->sh_offset) {
        udyn_read_damaged(file, "its notes lie outside of the file: is it cut short?");
        return NULL;
    }
    data = elf_getdata(section, NULL);
    if (data == NULL || data->d_buf == NULL || data->d_type != ELF_T_NHDR) {
        if (header->sh_size > 0)
            udyn_read_damaged(file, "its notes can't be read");
        return NULL;
    }
    bytes = malloc(sizeof(*bytes) + data->d_size);
    if (bytes == NULL) {
        snprintf(file->complaint, sizeof(file->complaint), "no memory for %zu bytes of notes",
                 data->d_size);
        *error = -ENOMEM;
        return NULL;
    }
    bytes->size = data->d_size;
    memcpy(bytes->bytes, data->d_buf, data->d_size);
    bytes->next = file->bytes;
    file->bytes = bytes;
    return bytes;
}

/* Goes through the notes of a section: `data` describes the copy. */
static int each_in_section(struct udyn_elf_file *elf, struct udyn_read_file *file,
                           const struct udyn_read_kind *kind, Elf_Data *data, void *context)
{
    const char *start = data->d_buf;
    size_t owner_size = strlen(kind->owner) + 1;
    size_t offset = 0;
    size_t owner, description;
    GElf_Nhdr header;
    int error = 0;

    while (error == 0 && offset < data->d_size) {
        struct udyn_read_note note;

        offset = gelf_getnote(data, offset, &header, &owner, &description);
        if (offset == 0) {
            udyn_read_damaged(file, "a note in %s runs past the end of the section", kind->section);
            return 0;
        }
        if (header.n_type != kind->type || header.n_namesz != owner_size ||
            memcmp(start + owner, kind->owner, owner_size) != 0)
            continue;
        note.at = start + description;
        note.left = header.n_descsz;
        error = kind->use(elf, file, &note, context);
    }
    return error;
}

int udyn_read_each_note(struct udyn_elf_file *elf, struct udyn_read_file *file,
                        const struct udyn_read_kind *kind, void *context)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    int error = 0;

    while (error == 0 &&
           (section = udyn_elf_section(elf, section, kind->section, &header)) != NULL) {
        struct udyn_read_bytes *bytes;
        Elf_Data copy;

        /* An image of ours that is unloaded has its notes switched off like this. */
        if (header.sh_type != SHT_NOTE)
            continue;
        bytes = keep_section(elf, file, section, &header, &error);
        if (bytes == NULL)
            continue;
        copy = *elf_getdata(section, NULL);
        copy.d_buf = bytes->bytes;
        error = each_in_section(elf, file, kind, &copy, context);
    }
    return error;
}
