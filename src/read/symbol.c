/* SPDX-License-Identifier: MIT */
/*
 * The address of a symbol. Its name may stand anywhere in the table of names, also as the end of a
 * longer one: the places are found first, then the symbol that has one of them. Both tables are
 * read piece by piece, since they may be as big as a file can say.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/elf_file.h"

#define PIECE ((size_t)64 * 1024)

/* As many places of a name are looked at, half of them for ends of longer names. */
#define MOST_PLACES 256

/* What a look costs besides the tables. */
#define COST_OF_A_LOOK PIECE

struct search {
    const struct udyn_elf_file *elf;
    uint64_t *left;
    const char *name;
    size_t length;
    uint64_t places[MOST_PLACES];
    size_t nplaces;
};

static bool charge(struct search *search, uint64_t bytes)
{
    if (bytes > *search->left)
        return false;
    *search->left -= bytes;
    return true;
}

static void note_places(struct search *search, const char *bytes, size_t size, uint64_t offset)
{
    const char *at = bytes, *end = bytes + size;

    while ((at = memmem(at, (size_t)(end - at), search->name, search->length)) != NULL) {
        bool is_whole = at == bytes || at[-1] == '\0';

        if (at + search->length < end && at[search->length] == '\0' &&
            search->nplaces < (is_whole ? MOST_PLACES : MOST_PLACES / 2))
            search->places[search->nplaces++] = offset + (uint64_t)(at - bytes);
        at++;
    }
}

/* Pieces overlap by the length of the name, so that it is whole in one of them. */
static int find_places(struct search *search, const struct udyn_elf_section *names, char *piece)
{
    uint64_t offset = 0, step = PIECE - search->length;

    search->nplaces = 0;
    for (; offset < names->size; offset += step) {
        uint64_t left = names->size - offset;
        size_t size = left < PIECE ? (size_t)left : PIECE;
        int error = udyn_elf_read(search->elf, names->offset + offset, piece, size);

        if (error < 0)
            return error;
        note_places(search, piece, size, offset);
    }
    return search->nplaces > 0 ? 0 : -ENOENT;
}

static bool has_place(const struct search *search, uint64_t name)
{
    size_t i;

    for (i = 0; i < search->nplaces; i++)
        if (search->places[i] == name)
            return true;
    return false;
}

static bool use_symbol(const struct search *search, const char *bytes, uint64_t *address)
{
    const struct udyn_elf_file *elf = search->elf;
    size_t info = elf->is_32 ? offsetof(Elf32_Sym, st_info) : offsetof(Elf64_Sym, st_info);
    size_t section = elf->is_32 ? offsetof(Elf32_Sym, st_shndx) : offsetof(Elf64_Sym, st_shndx);
    size_t value = elf->is_32 ? offsetof(Elf32_Sym, st_value) : offsetof(Elf64_Sym, st_value);

    if (!has_place(search, udyn_elf_number(elf, bytes, sizeof(Elf64_Word))) ||
        udyn_elf_number(elf, bytes + section, sizeof(Elf64_Half)) == SHN_UNDEF ||
        ELF64_ST_TYPE((unsigned char)bytes[info]) == STT_TLS)
        return false;
    *address =
        udyn_elf_number(elf, bytes + value, elf->is_32 ? sizeof(Elf32_Addr) : sizeof(Elf64_Addr));
    return true;
}

static int find_symbol(const struct search *search, const struct udyn_elf_section *table,
                       char *piece, uint64_t *address)
{
    size_t entry = search->elf->is_32 ? sizeof(Elf32_Sym) : sizeof(Elf64_Sym);
    size_t step = PIECE / entry * entry;
    uint64_t offset;
    size_t i;

    for (offset = 0; table->size - offset >= entry; offset += step) {
        uint64_t left = (table->size - offset) / entry * entry;
        size_t size = left < step ? (size_t)left : step;
        int error = udyn_elf_read(search->elf, table->offset + offset, piece, size);

        if (error < 0)
            return error;
        for (i = 0; i < size; i += entry)
            if (use_symbol(search, piece + i, address))
                return 0;
        if (size == left)
            break;
    }
    return -ENOENT;
}

/* Looks in one table; the dynamic one is left when a file is stripped. */
static int find_in_table(struct search *search, uint32_t type, const char *section, char *piece,
                         uint64_t *address)
{
    struct udyn_elf_section table, names;
    size_t index = 0;
    int error;

    if (!udyn_elf_find(search->elf, &index, type, section, &table) ||
        !udyn_elf_section(search->elf, table.link, &names) || !charge(search, table.size) ||
        !charge(search, names.size))
        return -ENOENT;
    error = find_places(search, &names, piece);
    return error < 0 ? error : find_symbol(search, &table, piece, address);
}

int udyn_read_symbol(int fd, uint64_t *left, const char *name, size_t length, uint64_t *address)
{
    char complaint[UDYN_READ_SENTENCE];
    struct udyn_elf_file elf;
    struct search search = {.elf = &elf, .left = left, .name = name, .length = length};
    char *piece;
    int error;

    if (length == 0 || length >= PIECE / 2 || !charge(&search, COST_OF_A_LOOK))
        return -ENOENT;
    piece = malloc(PIECE);
    if (piece == NULL)
        return -ENOMEM;
    error = udyn_elf_open(&elf, fd, complaint);
    if (error == 0)
        error = find_in_table(&search, SHT_SYMTAB, ".symtab", piece, address);
    if (error == -ENOENT)
        error = find_in_table(&search, SHT_DYNSYM, ".dynsym", piece, address);
    udyn_elf_close(&elf);
    free(piece);
    return error;
}
