/* SPDX-License-Identifier: MIT */
#include "read/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/notes.h"

static void free_bytes(struct udyn_read_file *file)
{
    while (file->bytes != NULL) {
        struct udyn_read_bytes *next = file->bytes->next;

        free(file->bytes);
        file->bytes = next;
    }
}

/* Gives back what a file without probes does not need. */
static void shrink(struct udyn_read_file *file)
{
    struct udyn_read_probe *probes;

    if (file->count == 0) {
        free_bytes(file);
        return;
    }
    probes = realloc(file->probes, file->count * sizeof(*probes));
    if (probes != NULL)
        file->probes = probes;
}

int udyn_read_probes(int fd, size_t most, struct udyn_read_file *file)
{
    struct udyn_elf_file elf;
    int error;

    memset(file, 0, sizeof(*file));
    file->left = most;
    error = udyn_elf_open(&elf, fd, file->complaint);
    if (error == 0) {
        file->machine = elf.machine;
        error = udyn_read_stapsdt(&elf, file);
    }
    if (error == 0)
        error = udyn_read_names(&elf, file);
    udyn_elf_close(&elf);
    shrink(file);
    return error;
}

void udyn_read_free(struct udyn_read_file *file)
{
    free_bytes(file);
    free(file->probes);
    memset(file, 0, sizeof(*file));
}
