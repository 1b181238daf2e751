/* SPDX-License-Identifier: MIT */
#include "read/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/notes.h"

int udyn_read_probes(int fd, struct udyn_read_file *file)
{
    struct udyn_elf_file elf;
    int error;

    memset(file, 0, sizeof(*file));
    error = udyn_elf_open(&elf, fd, file->complaint);
    if (error == 0) {
        file->machine = elf.header.e_machine;
        error = udyn_read_stapsdt(&elf, file);
    }
    if (error == 0)
        error = udyn_read_names(&elf, file);
    udyn_elf_close(&elf);
    return error;
}

void udyn_read_free(struct udyn_read_file *file)
{
    while (file->bytes != NULL) {
        struct udyn_read_bytes *next = file->bytes->next;

        free(file->bytes);
        file->bytes = next;
    }
    free(file->probes);
    memset(file, 0, sizeof(*file));
}

/* Looks in one symbol table; the dynamic one is left when a file is stripped. */
static int find_in_table(struct udyn_elf_file *elf, const char *section_name, const char *name,
                         size_t length, uint64_t *address)
{
    GElf_Shdr header;
    Elf_Scn *section = udyn_elf_section(elf, NULL, section_name, &header);
    Elf_Data *data = section != NULL ? elf_getdata(section, NULL) : NULL;
    GElf_Sym symbol;
    int i;

    if (data == NULL || data->d_type != ELF_T_SYM)
        return -ENOENT;
    for (i = 0; gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *found = elf_strptr(elf->elf, header.sh_link, symbol.st_name);

        if (symbol.st_shndx == SHN_UNDEF || GELF_ST_TYPE(symbol.st_info) == STT_TLS ||
            found == NULL || strncmp(found, name, length) != 0 || found[length] != '\0')
            continue;
        *address = symbol.st_value;
        return 0;
    }
    return -ENOENT;
}

int udyn_read_symbol(int fd, const char *name, size_t length, uint64_t *address)
{
    char complaint[UDYN_READ_SENTENCE];
    struct udyn_elf_file elf;
    int error = udyn_elf_open(&elf, fd, complaint);

    if (error == 0)
        error = find_in_table(&elf, ".symtab", name, length, address);
    if (error == -ENOENT)
        error = find_in_table(&elf, ".dynsym", name, length, address);
    udyn_elf_close(&elf);
    return error;
}
