/* SPDX-License-Identifier: MIT */
/* The ELF header, the program headers and the section headers of an image, which libelf puts into
 * the form of the file. */
#include <elf.h>
#include <errno.h>
#include <libelf.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "image/content.h"
#include "image/note.h"

static const struct {
    const char *name;
    Elf64_Word type;
    Elf64_Xword flags;
    Elf64_Xword alignment;
    Elf64_Xword entry_size;
    Elf64_Word link;
    Elf64_Word info;
} kinds[UDYN_SECTION_COUNT] = {
    [UDYN_SECTION_NULL] = {""},
    [UDYN_SECTION_BUILD_ID] = {".note.gnu.build-id", SHT_NOTE, SHF_ALLOC, 4},
    [UDYN_SECTION_HASH] = {".hash", SHT_HASH, SHF_ALLOC, 8, sizeof(Elf64_Word),
                           UDYN_SECTION_DYNSYM},
    [UDYN_SECTION_DYNSYM] = {".dynsym", SHT_DYNSYM, SHF_ALLOC, 8, sizeof(Elf64_Sym),
                             UDYN_SECTION_DYNSTR, 1},
    [UDYN_SECTION_DYNSTR] = {".dynstr", SHT_STRTAB, SHF_ALLOC, 1},
    [UDYN_SECTION_BASE] = {".stapsdt.base", SHT_PROGBITS, SHF_ALLOC, 1},
    [UDYN_SECTION_TEXT] = {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, UDYN_SITE_SIZE},
    [UDYN_SECTION_PROBES] = {".probes", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 2},
    [UDYN_SECTION_DYNAMIC] = {".dynamic", SHT_DYNAMIC, SHF_ALLOC | SHF_WRITE, 8, sizeof(Elf64_Dyn),
                              UDYN_SECTION_DYNSTR},
    [UDYN_SECTION_NOTES] = {UDYN_NOTE_STAPSDT_SECTION, SHT_NOTE, 0, 4},
    [UDYN_SECTION_NAMES] = {UDYN_NOTE_NAMES_SECTION, SHT_NOTE, 0, 4},
    [UDYN_SECTION_SHSTRTAB] = {".shstrtab", SHT_STRTAB, 0, 1},
};

void udyn_content_put_section_names(struct udyn_buffer *file)
{
    int i;

    for (i = 0; i < UDYN_SECTION_COUNT; i++) {
        size_t size = strlen(kinds[i].name) + 1;
        void *place = udyn_buffer_extend(file, size);

        if (place != NULL)
            memcpy(place, kinds[i].name, size);
    }
}

/* With USDT_DYN_DETECT_SITE there are no semaphores. */
static bool is_left_out(const struct udyn_content *content, unsigned int section)
{
    return section == UDYN_SECTION_PROBES && content->sections[section].size == 0;
}

/* The index that a section has in the file, where those before it may have been left out. */
static Elf64_Half index_of(const struct udyn_content *content, unsigned int section)
{
    Elf64_Half index = 0;
    unsigned int i;

    for (i = 0; i < section; i++)
        if (!is_left_out(content, i))
            index++;
    return index;
}

uint64_t udyn_content_notes_switch(const struct udyn_content *content)
{
    return content->section_headers + index_of(content, UDYN_SECTION_NOTES) * sizeof(Elf64_Shdr) +
           offsetof(Elf64_Shdr, sh_type);
}

static unsigned char data_encoding(const struct udyn_content *content)
{
    return content->arch->is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
}

/* Puts structures into the form of the file, at `offset` of it. */
static int encode(struct udyn_content *content, uint64_t offset, const void *structures,
                  size_t size, Elf_Type type)
{
    /* libelf does not write to what it reads from. */
    Elf_Data from = {.d_type = type, .d_version = EV_CURRENT, .d_size = size};
    Elf_Data to = {.d_type = type, .d_version = EV_CURRENT, .d_size = size};

    memcpy(&from.d_buf, &structures, sizeof(structures));
    to.d_buf = content->file.bytes + offset;
    if (elf64_xlatetof(&to, &from, data_encoding(content)) == NULL)
        return udyn_fail(-ENOTSUP, "libelf cannot encode the headers of an image: %s",
                         elf_errmsg(-1));
    return 0;
}

static Elf64_Phdr segment(Elf64_Word type, Elf64_Word flags, uint64_t start, uint64_t end,
                          uint64_t alignment)
{
    return (Elf64_Phdr){
        .p_type = type,
        .p_flags = flags,
        .p_offset = start,
        .p_vaddr = start,
        .p_paddr = start,
        .p_filesz = end - start,
        .p_memsz = end - start,
        .p_align = alignment,
    };
}

static int put_segments(struct udyn_content *content)
{
    const struct udyn_content_section *text = &content->sections[UDYN_SECTION_TEXT];
    const struct udyn_content_section *dynamic = &content->sections[UDYN_SECTION_DYNAMIC];
    const struct udyn_content_section *build_id = &content->sections[UDYN_SECTION_BUILD_ID];
    const struct udyn_content_section *writable = is_left_out(content, UDYN_SECTION_PROBES)
                                                      ? dynamic
                                                      : &content->sections[UDYN_SECTION_PROBES];
    const Elf64_Phdr segments[UDYN_CONTENT_SEGMENTS] = {
        segment(PT_LOAD, PF_R | PF_X, 0, text->offset + text->size, content->page_size),
        segment(PT_LOAD, PF_R | PF_W, writable->offset, dynamic->offset + dynamic->size,
                content->page_size),
        segment(PT_DYNAMIC, PF_R | PF_W, dynamic->offset, dynamic->offset + dynamic->size, 8),
        segment(PT_NOTE, PF_R, build_id->offset, build_id->offset + build_id->size, 4),
        /* glibc 2.41 refuses to dlopen an object without it, which would ask for an executable
         * stack. */
        segment(PT_GNU_STACK, PF_R | PF_W, 0, 0, 16),
    };

    return encode(content, sizeof(Elf64_Ehdr), segments, sizeof(segments), ELF_T_PHDR);
}

static int put_sections(struct udyn_content *content)
{
    Elf64_Shdr headers[UDYN_SECTION_COUNT] = {{0}};
    Elf64_Half count = index_of(content, UDYN_SECTION_COUNT);
    Elf64_Word name = 0;
    unsigned int i;

    for (i = 0; i < UDYN_SECTION_COUNT; i++) {
        Elf64_Shdr *header = &headers[index_of(content, i)];

        if (i != UDYN_SECTION_NULL && !is_left_out(content, i))
            *header = (Elf64_Shdr){
                .sh_name = name,
                .sh_type = kinds[i].type,
                .sh_flags = kinds[i].flags,
                .sh_addr = (kinds[i].flags & SHF_ALLOC) != 0 ? content->sections[i].offset : 0,
                .sh_offset = content->sections[i].offset,
                .sh_size = content->sections[i].size,
                .sh_link = kinds[i].link,
                .sh_info = kinds[i].info,
                .sh_addralign = kinds[i].alignment,
                .sh_entsize =
                    i == UDYN_SECTION_HASH ? content->arch->hash_word : kinds[i].entry_size,
            };
        name += (Elf64_Word)strlen(kinds[i].name) + 1;
    }
    udyn_buffer_align(&content->file, 8);
    content->section_headers = content->file.size;
    if (udyn_buffer_extend(&content->file, count * sizeof(Elf64_Shdr)) == NULL)
        return -ENOMEM;
    return encode(content, content->section_headers, headers, count * sizeof(Elf64_Shdr),
                  ELF_T_SHDR);
}

static int put_elf_header(struct udyn_content *content)
{
    const Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, data_encoding(content),
                    EV_CURRENT},
        .e_type = ET_DYN,
        .e_machine = content->arch->machine,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(header),
        .e_shoff = content->section_headers,
        .e_flags = content->arch->flags,
        .e_ehsize = sizeof(header),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = UDYN_CONTENT_SEGMENTS,
        .e_shentsize = sizeof(Elf64_Shdr),
        .e_shnum = index_of(content, UDYN_SECTION_COUNT),
        .e_shstrndx = index_of(content, UDYN_SECTION_SHSTRTAB),
    };

    return encode(content, 0, &header, sizeof(header), ELF_T_EHDR);
}

int udyn_content_put_headers(struct udyn_content *content)
{
    int error;

    if (elf_version(EV_CURRENT) == EV_NONE)
        return udyn_fail(-ENOTSUP, "libelf is too old: %s", elf_errmsg(-1));
    error = put_sections(content);
    if (error == 0)
        error = put_segments(content);
    if (error == 0)
        error = put_elf_header(content);
    return error;
}
