/* SPDX-License-Identifier: MIT */
#include "note_reader.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_the_one(const char *description, size_t size, const char *provider,
                       const char *probe, struct note *note)
{
    const char *end = description + size;
    const char *name = description + 3 * sizeof(uint64_t);
    const char *operands;

    if (strcmp(name, provider) != 0)
        return false;
    name += strlen(name) + 1;
    if (strcmp(name, probe) != 0)
        return false;
    operands = name + strlen(name) + 1;
    if (operands + strlen(operands) + 1 != end || strlen(operands) >= sizeof(note->operands))
        return false;
    memcpy(&note->site, description, sizeof(note->site));
    memcpy(&note->base, description + 8, sizeof(note->base));
    memcpy(&note->semaphore, description + 16, sizeof(note->semaphore));
    strcpy(note->operands, operands);
    return true;
}

static bool find_in(const char *file, const char *provider, const char *probe, struct note *note)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)file;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(const void *)(file + header->e_shoff);
    const char *names = file + sections[header->e_shstrndx].sh_offset;
    unsigned int i;

    for (i = 0; i < header->e_shnum; i++) {
        const char *at = file + sections[i].sh_offset;
        const char *end = at + sections[i].sh_size;

        if (strcmp(names + sections[i].sh_name, ".note.stapsdt") != 0)
            continue;
        while (at < end) {
            const Elf64_Nhdr *head = (const Elf64_Nhdr *)(const void *)at;
            const char *description = at + sizeof(*head) + ((head->n_namesz + 3) & ~3U);

            if (is_the_one(description, head->n_descsz, provider, probe, note))
                return true;
            at = description + ((head->n_descsz + 3) & ~3U);
        }
    }
    return false;
}

bool note_find(const char *path, const char *provider, const char *probe, struct note *note)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool is_found = false;
    void *file;

    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0) {
        file = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (file != MAP_FAILED) {
            is_found = memcmp(file, ELFMAG, SELFMAG) == 0 && find_in(file, provider, probe, note);
            (void)munmap(file, (size_t)status.st_size);
        }
    }
    (void)close(fd);
    return is_found;
}
