/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void read_sections(struct reader *reader)
{
    size_t names, i;

    assert_int_equal(elf_getshdrstrndx(reader->elf, &names), 0);
    assert_int_equal(elf_getshdrnum(reader->elf, &reader->nsections), 0);
    reader->sections = calloc(reader->nsections, sizeof(*reader->sections));
    assert_non_null(reader->sections);
    for (i = 0; i < reader->nsections; i++) {
        struct reader_section *section = &reader->sections[i];
        Elf_Scn *scn = elf_getscn(reader->elf, i);

        assert_non_null(gelf_getshdr(scn, &section->header));
        section->name = elf_strptr(reader->elf, names, section->header.sh_name);
        section->index = i;
        section->data = elf_getdata(scn, NULL);
        assert_non_null(section->name);
    }
}

static void read_segments(struct reader *reader)
{
    size_t i;

    assert_int_equal(elf_getphdrnum(reader->elf, &reader->nsegments), 0);
    reader->segments = calloc(reader->nsegments, sizeof(*reader->segments));
    assert_non_null(reader->segments);
    for (i = 0; i < reader->nsegments; i++)
        assert_non_null(gelf_getphdr(reader->elf, (int)i, &reader->segments[i]));
}

/* A string within the description: its NUL must be there too. */
static const char *take_string(const char **next, const char *end)
{
    const char *string = *next;
    const char *nul = memchr(string, '\0', (size_t)(end - string));

    assert_non_null(nul);
    *next = nul + 1;
    return string;
}

static void read_probe(struct reader_probe *probe, const char *description, size_t size)
{
    const char *next = description + 3 * sizeof(uint64_t), *end = description + size;

    assert_true(size > 3 * sizeof(uint64_t));
    memcpy(&probe->site, description, sizeof(uint64_t));
    memcpy(&probe->base, description + 8, sizeof(uint64_t));
    memcpy(&probe->semaphore, description + 16, sizeof(uint64_t));
    probe->provider = take_string(&next, end);
    probe->name = take_string(&next, end);
    probe->operands = take_string(&next, end);
    probe->size = size;
}

static void read_probes(struct reader *reader)
{
    const struct reader_section *notes = reader_section(reader, ".note.stapsdt");
    size_t offset = 0, name, description, room = 0;
    GElf_Nhdr note;

    if (notes == NULL || notes->data == NULL)
        return;
    while ((offset = gelf_getnote(notes->data, offset, &note, &name, &description)) > 0) {
        const char *bytes = notes->data->d_buf;

        /* The type and the size of the owner are what tracers compare. */
        assert_int_equal(note.n_type, 3);
        assert_int_equal(note.n_namesz, 8);
        assert_memory_equal(bytes + name, "stapsdt", 8);
        if (reader->nprobes == room) {
            room = room == 0 ? 16 : 2 * room;
            reader->probes = realloc(reader->probes, room * sizeof(*reader->probes));
            assert_non_null(reader->probes);
        }
        read_probe(&reader->probes[reader->nprobes++], bytes + description, note.n_descsz);
    }
}

void reader_open(struct reader *reader, const char *path)
{
    *reader = (struct reader){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    assert_true(reader->fd >= 0);
    assert_int_not_equal(elf_version(EV_CURRENT), EV_NONE);
    reader->elf = elf_begin(reader->fd, ELF_C_READ, NULL);
    assert_int_equal(elf_kind(reader->elf), ELF_K_ELF);
    assert_non_null(gelf_getehdr(reader->elf, &reader->header));
    read_sections(reader);
    read_segments(reader);
    read_probes(reader);
}

void reader_close(struct reader *reader)
{
    elf_end(reader->elf);
    close(reader->fd);
    free(reader->sections);
    free(reader->segments);
    free(reader->probes);
}

const struct reader_section *reader_section(const struct reader *reader, const char *name)
{
    size_t i;

    for (i = 0; i < reader->nsections; i++)
        if (strcmp(reader->sections[i].name, name) == 0)
            return &reader->sections[i];
    return NULL;
}

const GElf_Phdr *reader_segment(const struct reader *reader, uint64_t address, uint64_t size)
{
    size_t i;

    for (i = 0; i < reader->nsegments; i++) {
        const GElf_Phdr *segment = &reader->segments[i];

        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address + size <= segment->p_vaddr + segment->p_filesz)
            return segment;
    }
    return NULL;
}

const GElf_Phdr *reader_segment_of_type(const struct reader *reader, uint32_t type)
{
    size_t i;

    for (i = 0; i < reader->nsegments; i++)
        if (reader->segments[i].p_type == type)
            return &reader->segments[i];
    return NULL;
}

bool reader_dynamic(const struct reader *reader, int64_t tag, uint64_t *value)
{
    const struct reader_section *dynamic = reader_section(reader, ".dynamic");
    GElf_Dyn entry;
    int i;

    assert_non_null(dynamic);
    for (i = 0; gelf_getdyn(dynamic->data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
        if (entry.d_tag == tag) {
            *value = entry.d_un.d_val;
            return true;
        }
    }
    return false;
}

size_t reader_build_id(const struct reader *reader, const unsigned char **id)
{
    const void *bytes = NULL;
    ssize_t size = dwelf_elf_gnu_build_id(reader->elf, &bytes);

    assert_true(size > 0);
    *id = bytes;
    return (size_t)size;
}
