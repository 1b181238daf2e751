/* SPDX-License-Identifier: MIT */
/* Lays out an image: what is in each section and where. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "image/image.h"
#include "image/note.h"

static void *extend(struct udyn_image_content *content, enum udyn_section section, size_t size)
{
    return udyn_buffer_extend(&content->sections[section].data, size);
}

static size_t size_of(const struct udyn_image_content *content, enum udyn_section section)
{
    return content->sections[section].data.size;
}

static bool is_failed(const struct udyn_image_content *content)
{
    int i;

    for (i = 0; i < UDYN_SECTION_COUNT; i++)
        if (content->sections[i].data.failed)
            return true;
    return false;
}

static uint64_t align_up(uint64_t offset, uint64_t alignment)
{
    return (offset + alignment - 1) & ~(alignment - 1);
}

/* Gives a section its place behind `offset`; returns its end. */
static uint64_t place(struct udyn_image_content *content, enum udyn_section section,
                      uint64_t offset, uint64_t alignment)
{
    content->sections[section].offset = align_up(offset, alignment);
    return content->sections[section].offset + size_of(content, section);
}

/* gABI, "Hash Table". */
static uint32_t elf_name_hash(const char *name)
{
    uint32_t hash = 0;

    for (; *name != '\0'; name++) {
        hash = (hash << 4) + (unsigned char)*name;
        hash ^= (hash & 0xf0000000) >> 24;
        hash &= 0x0fffffff;
    }
    return hash;
}

/*
 * One function symbol a probe, PROVIDER__PROBE, so that a stack trace taken at the site has a name.
 * The addresses are filled in by fill_symbols() when .text has its place.
 */
static void build_symbols(struct udyn_image_content *content,
                          const struct udyn_image_request *request)
{
    struct udyn_buffer *strings = &content->sections[UDYN_SECTION_DYNSTR].data;
    size_t provider_length = strlen(request->provider);
    size_t count = request->count + 1; /* the first symbol is the undefined one */
    Elf64_Sym *symbols = extend(content, UDYN_SECTION_DYNSYM, count * sizeof(*symbols));
    uint32_t *hash = extend(content, UDYN_SECTION_HASH, (2 + count + count) * sizeof(*hash));
    uint32_t *buckets, *chains;
    size_t i;

    udyn_buffer_append_string(strings, "");
    if (symbols == NULL || hash == NULL)
        return;
    hash[0] = (uint32_t)count;
    hash[1] = (uint32_t)count;
    buckets = hash + 2;
    chains = buckets + count;
    for (i = 1; i < count; i++) {
        size_t name = strings->size;
        uint32_t *bucket;

        udyn_buffer_append(strings, request->provider, provider_length);
        udyn_buffer_append(strings, "__", 2);
        udyn_buffer_append_string(strings, request->probes[i - 1]->name);
        if (strings->failed)
            return;
        symbols[i].st_name = (Elf64_Word)name;
        symbols[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
        symbols[i].st_shndx = UDYN_SECTION_TEXT;
        symbols[i].st_size = UDYN_SITE_SIZE;
        bucket = &buckets[elf_name_hash((const char *)strings->bytes + name) % count];
        chains[i] = *bucket;
        *bucket = (uint32_t)i;
    }
}

static void fill_symbols(struct udyn_image_content *content, size_t count)
{
    Elf64_Sym *symbols = (Elf64_Sym *)content->sections[UDYN_SECTION_DYNSYM].data.bytes;
    size_t i;

    for (i = 0; i < count; i++)
        symbols[i + 1].st_value = content->sections[UDYN_SECTION_TEXT].offset + i * UDYN_SITE_SIZE;
}

static void build_dynamic(struct udyn_image_content *content)
{
    const Elf64_Dyn entries[] = {
        {DT_HASH, {content->sections[UDYN_SECTION_HASH].offset}},
        {DT_STRTAB, {content->sections[UDYN_SECTION_DYNSTR].offset}},
        {DT_SYMTAB, {content->sections[UDYN_SECTION_DYNSYM].offset}},
        {DT_STRSZ, {size_of(content, UDYN_SECTION_DYNSTR)}},
        {DT_SYMENT, {sizeof(Elf64_Sym)}},
        {DT_NULL, {0}},
    };

    udyn_buffer_append(&content->sections[UDYN_SECTION_DYNAMIC].data, entries, sizeof(entries));
}

static void build_sites(struct udyn_image_content *content,
                        const struct udyn_image_request *request)
{
    unsigned char *site = extend(content, UDYN_SECTION_TEXT, request->count * UDYN_SITE_SIZE);
    size_t i;

    for (i = 0; site != NULL && i < request->count; i++)
        memcpy(site + i * UDYN_SITE_SIZE, request->site->code, UDYN_SITE_SIZE);
}

static void build_notes(struct udyn_image_content *content,
                        const struct udyn_image_request *request)
{
    bool has_semaphores = size_of(content, UDYN_SECTION_PROBES) > 0;
    size_t i;

    for (i = 0; i < request->count; i++) {
        struct udyn_place place = {
            .site = content->sections[UDYN_SECTION_TEXT].offset + i * UDYN_SITE_SIZE,
            .base = content->sections[UDYN_SECTION_BASE].offset,
        };

        if (has_semaphores)
            place.semaphore = content->sections[UDYN_SECTION_PROBES].offset + i * sizeof(uint16_t);
        udyn_note_stapsdt(&content->sections[UDYN_SECTION_NOTES].data, request->arch,
                          request->provider, request->probes[i], &place);
        udyn_note_names(&content->sections[UDYN_SECTION_NAMES].data, request->provider,
                        request->probes[i], &place);
    }
}

/* A note of its own kind: GNU build id, a hash of the content that perf keeps the file under. The
 * bytes are filled in by fill_build_id(). */
static void build_build_id(struct udyn_image_content *content)
{
    struct udyn_buffer *note = &content->sections[UDYN_SECTION_BUILD_ID].data;

    udyn_buffer_append_u32(note, sizeof(ELF_NOTE_GNU));
    udyn_buffer_append_u32(note, UDYN_BUILD_ID_SIZE);
    udyn_buffer_append_u32(note, NT_GNU_BUILD_ID);
    udyn_buffer_append_string(note, ELF_NOTE_GNU);
    (void)udyn_buffer_extend(note, UDYN_BUILD_ID_SIZE);
}

/* FNV-1a's step, 128 bits wide, a 64-bit word at a time: 2^88 + 0x13b is its prime. */
static unsigned __int128 hash_bytes(unsigned __int128 hash, const unsigned char *bytes, size_t size)
{
    const unsigned __int128 prime = ((unsigned __int128)1 << 88) + 0x13b;
    uint64_t word;

    for (; size > 0; bytes += sizeof(word), size -= sizeof(word)) {
        if (size < sizeof(word)) {
            word = 0;
            memcpy(&word, bytes, size);
            return (hash ^ word) * prime;
        }
        memcpy(&word, bytes, sizeof(word));
        hash = (hash ^ word) * prime;
    }
    return hash;
}

static void fill_build_id(struct udyn_image_content *content)
{
    struct udyn_buffer *note = &content->sections[UDYN_SECTION_BUILD_ID].data;
    unsigned __int128 hash = ((unsigned __int128)0x6c62272e07bb0142U << 64) | 0x62b821756295c58dU;
    uint64_t fixed[] = {content->arch->machine, content->page_size};
    int i;

    hash = hash_bytes(hash, (const unsigned char *)fixed, sizeof(fixed));
    for (i = 0; i < UDYN_SECTION_COUNT; i++)
        hash = hash_bytes(hash, content->sections[i].data.bytes, content->sections[i].data.size);
    memcpy(content->build_id, &hash, UDYN_BUILD_ID_SIZE);
    memcpy(note->bytes + note->size - UDYN_BUILD_ID_SIZE, &hash, UDYN_BUILD_ID_SIZE);
}

/* All sections that are in memory, in the order of the file. */
static uint64_t place_loaded(struct udyn_image_content *content)
{
    /* The program headers stand right behind the ELF header: udyn_image_content_write(). */
    uint64_t end = sizeof(Elf64_Ehdr) + UDYN_IMAGE_SEGMENTS * sizeof(Elf64_Phdr);

    end = place(content, UDYN_SECTION_BUILD_ID, end, 4);
    end = place(content, UDYN_SECTION_BASE, end, 1);
    end = place(content, UDYN_SECTION_HASH, end, 8);
    end = place(content, UDYN_SECTION_DYNSYM, end, 8);
    end = place(content, UDYN_SECTION_DYNSTR, end, 1);
    end = place(content, UDYN_SECTION_TEXT, end, content->page_size);
    build_dynamic(content);
    end = place(content, UDYN_SECTION_DYNAMIC, end, content->page_size);
    if (size_of(content, UDYN_SECTION_PROBES) > 0)
        end = place(content, UDYN_SECTION_PROBES, end, content->page_size);
    return end;
}

int udyn_image_content_build(struct udyn_image_content *content,
                             const struct udyn_image_request *request)
{
    uint64_t end;

    *content = (struct udyn_image_content){.arch = request->arch, .page_size = request->page_size};
    build_build_id(content);
    (void)extend(content, UDYN_SECTION_BASE, 1);
    build_symbols(content, request);
    build_sites(content, request);
    if (request->detection == USDT_DYN_DETECT_SEMAPHORE)
        (void)extend(content, UDYN_SECTION_PROBES, request->count * sizeof(uint16_t));
    end = place_loaded(content);
    build_notes(content, request);
    udyn_image_build_section_names(&content->sections[UDYN_SECTION_SHSTRTAB].data);
    if (is_failed(content))
        return udyn_fail(-ENOMEM, "no memory for an image of %zu probes of provider %s",
                         request->count, request->provider);

    fill_symbols(content, request->count);
    end = place(content, UDYN_SECTION_NOTES, end, 4);
    end = place(content, UDYN_SECTION_NAMES, end, 4);
    end = place(content, UDYN_SECTION_SHSTRTAB, end, 1);
    fill_build_id(content);
    content->section_headers = align_up(end, 8);
    content->size =
        content->section_headers +
        (size_of(content, UDYN_SECTION_PROBES) > 0 ? UDYN_SECTION_COUNT : UDYN_SECTION_COUNT - 1) *
            sizeof(Elf64_Shdr);
    return 0;
}

void udyn_image_content_free(struct udyn_image_content *content)
{
    int i;

    for (i = 0; i < UDYN_SECTION_COUNT; i++)
        udyn_buffer_free(&content->sections[i].data);
}
