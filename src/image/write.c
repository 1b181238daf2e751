/* SPDX-License-Identifier: MIT */
/* Writes an image with libelf: the ELF header, the program headers and the section headers. */
#include <elf.h>
#include <errno.h>
#include <libelf.h>
#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "image/image.h"
#include "image/note.h"

static const struct {
    const char *name;
    Elf64_Word type;
    Elf64_Xword flags;
    Elf64_Xword alignment; /* 0: a page */
    Elf64_Xword entry_size;
    Elf64_Word link;
    Elf64_Word info;
} headers[UDYN_SECTION_COUNT] = {
    [UDYN_SECTION_NULL] = {""},
    [UDYN_SECTION_BUILD_ID] = {".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 4},
    [UDYN_SECTION_BASE] = {".stapsdt.base", SHT_PROGBITS, SHF_ALLOC, 1},
    [UDYN_SECTION_HASH] = {".hash", SHT_HASH, SHF_ALLOC, 8, sizeof(Elf64_Word),
                           UDYN_SECTION_DYNSYM},
    [UDYN_SECTION_DYNSYM] = {".dynsym", SHT_DYNSYM, SHF_ALLOC, 8, sizeof(Elf64_Sym),
                             UDYN_SECTION_DYNSTR, 1},
    [UDYN_SECTION_DYNSTR] = {".dynstr", SHT_STRTAB, SHF_ALLOC, 1},
    [UDYN_SECTION_TEXT] = {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, UDYN_SITE_SIZE},
    [UDYN_SECTION_DYNAMIC] = {".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, 8, sizeof(Elf64_Dyn),
                              UDYN_SECTION_DYNSTR},
    [UDYN_SECTION_PROBES] = {".probes", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 2},
    [UDYN_SECTION_NOTES] = {UDYN_NOTE_STAPSDT_SECTION, SHT_NOTE, 0, 4},
    [UDYN_SECTION_NAMES] = {UDYN_NOTE_NAMES_SECTION, SHT_NOTE, 0, 4},
    [UDYN_SECTION_SHSTRTAB] = {".shstrtab", SHT_STRTAB, 0, 1},
};

void udyn_image_build_section_names(struct udyn_buffer *names)
{
    int i;

    for (i = 0; i < UDYN_SECTION_COUNT; i++)
        udyn_buffer_append_string(names, headers[i].name);
}

static bool is_left_out(const struct udyn_image_content *content, enum udyn_section section)
{
    return section == UDYN_SECTION_PROBES && content->sections[section].data.size == 0;
}

/* The index that a section has in the file, where those before it may have been left out. */
static Elf64_Word index_of(const struct udyn_image_content *content, enum udyn_section section)
{
    Elf64_Word index = 0;
    unsigned int i;

    for (i = 0; i < (unsigned int)section; i++)
        if (!is_left_out(content, i))
            index++;
    return index;
}

uint64_t udyn_image_content_notes_switch(const struct udyn_image_content *content)
{
    return content->section_headers + index_of(content, UDYN_SECTION_NOTES) * sizeof(Elf64_Shdr) +
           offsetof(Elf64_Shdr, sh_type);
}

static uint64_t end_of(const struct udyn_image_content *content, enum udyn_section section)
{
    return content->sections[section].offset + content->sections[section].data.size;
}

static void set_segment(Elf64_Phdr *segment, Elf64_Word type, Elf64_Word flags, uint64_t start,
                        uint64_t end, uint64_t alignment)
{
    segment->p_type = type;
    segment->p_flags = flags;
    segment->p_offset = start;
    segment->p_vaddr = start;
    segment->p_paddr = start;
    segment->p_filesz = end - start;
    segment->p_memsz = end - start;
    segment->p_align = alignment;
}

static int write_segments(const struct udyn_image_content *content, Elf *elf)
{
    const struct udyn_image_section *sections = content->sections;
    enum udyn_section last =
        is_left_out(content, UDYN_SECTION_PROBES) ? UDYN_SECTION_DYNAMIC : UDYN_SECTION_PROBES;
    Elf64_Phdr *segments = elf64_newphdr(elf, UDYN_IMAGE_SEGMENTS);

    if (segments == NULL)
        return -1;
    set_segment(&segments[0], PT_LOAD, PF_R | PF_X, 0, end_of(content, UDYN_SECTION_TEXT),
                content->page_size);
    set_segment(&segments[1], PT_LOAD, PF_R | PF_W, sections[UDYN_SECTION_DYNAMIC].offset,
                end_of(content, last), content->page_size);
    set_segment(&segments[2], PT_DYNAMIC, PF_R | PF_W, sections[UDYN_SECTION_DYNAMIC].offset,
                end_of(content, UDYN_SECTION_DYNAMIC), 8);
    set_segment(&segments[3], PT_NOTE, PF_R, sections[UDYN_SECTION_BUILD_ID].offset,
                end_of(content, UDYN_SECTION_BUILD_ID), 4);
    /* glibc 2.41 refuses to dlopen an object without it, which would ask for an executable stack.
     */
    set_segment(&segments[4], PT_GNU_STACK, PF_R | PF_W, 0, 0, 16);
    return 0;
}

static int write_section(const struct udyn_image_content *content, Elf *elf,
                         enum udyn_section section, Elf64_Word name)
{
    const struct udyn_image_section *source = &content->sections[section];
    Elf_Scn *scn = elf_newscn(elf);
    Elf64_Shdr *header = scn != NULL ? elf64_getshdr(scn) : NULL;
    Elf_Data *data = header != NULL ? elf_newdata(scn) : NULL;

    if (data == NULL)
        return -1;
    header->sh_name = name;
    header->sh_type = headers[section].type;
    header->sh_flags = headers[section].flags;
    header->sh_addr = (header->sh_flags & SHF_ALLOC) != 0 ? source->offset : 0;
    header->sh_offset = source->offset;
    header->sh_size = source->data.size;
    header->sh_link = headers[section].link;
    header->sh_info = headers[section].info;
    header->sh_addralign = headers[section].alignment;
    header->sh_entsize = headers[section].entry_size;
    data->d_buf = source->data.bytes;
    data->d_size = source->data.size;
    data->d_align = headers[section].alignment;
    data->d_type = ELF_T_BYTE; /* the bytes are in the order of the file already */
    return 0;
}

static int write_elf(const struct udyn_image_content *content, Elf *elf)
{
    Elf64_Ehdr *header = elf64_newehdr(elf);
    Elf64_Word name = 0;
    unsigned int i;

    if (header == NULL || write_segments(content, elf) < 0)
        return -1;
    header->e_ident[EI_CLASS] = ELFCLASS64;
    header->e_ident[EI_DATA] = ELFDATA2LSB;
    header->e_type = ET_DYN;
    header->e_machine = content->arch->machine;
    header->e_version = EV_CURRENT;
    header->e_flags = content->arch->flags;
    header->e_phoff = sizeof(*header);
    header->e_shoff = content->section_headers;
    header->e_shstrndx = (Elf64_Half)index_of(content, UDYN_SECTION_SHSTRTAB);

    for (i = 0; i < UDYN_SECTION_COUNT; i++) {
        /* libelf makes the first section header, the null one, by itself. */
        if (i != UDYN_SECTION_NULL && !is_left_out(content, i) &&
            write_section(content, elf, i, name) < 0)
            return -1;
        name += (Elf64_Word)strlen(headers[i].name) + 1;
    }
    /* The layout is ours: the offsets are in the notes already. */
    elf_flagelf(elf, ELF_C_SET, ELF_F_LAYOUT);
    return elf_update(elf, ELF_C_WRITE) < 0 ? -1 : 0;
}

int udyn_image_content_write(const struct udyn_image_content *content, int fd)
{
    Elf *elf;
    int error = 0;

    if (elf_version(EV_CURRENT) == EV_NONE)
        return udyn_fail(-ENOTSUP, "libelf is too old: %s", elf_errmsg(-1));
    errno = 0;
    elf = elf_begin(fd, ELF_C_WRITE, NULL);
    if (elf == NULL || write_elf(content, elf) < 0) {
        int cause = errno != 0 ? errno : EIO;

        error = udyn_fail_errno(cause, "cannot write the image (libelf: %s)", elf_errmsg(-1));
    }
    (void)elf_end(elf); /* NULL is fine; what it returns is a count of references */
    return error;
}
