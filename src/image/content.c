/* SPDX-License-Identifier: MIT */
/* Builds an image section by section, in the order of the file. */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "image/content.h"
#include "image/note.h"

static void begin(struct udyn_content *content, enum udyn_section section, size_t alignment)
{
    udyn_buffer_align(&content->file, alignment);
    content->sections[section].offset = content->file.size;
}

static void end(struct udyn_content *content, enum udyn_section section)
{
    content->sections[section].size = content->file.size - content->sections[section].offset;
}

/* A section of zeroes. */
static void put_zeroes(struct udyn_content *content, enum udyn_section section, size_t alignment,
                       size_t size)
{
    begin(content, section, alignment);
    (void)udyn_buffer_extend(&content->file, size);
    end(content, section);
}

/* The bytes of a section that is there; valid until something is appended. */
static void *bytes_of(const struct udyn_content *content, enum udyn_section section)
{
    return content->file.bytes + content->sections[section].offset;
}

/* GNU build id, a hash of the content that perf keeps the file under: fill_build_id(). */
static void put_build_id(struct udyn_content *content)
{
    const Elf64_Nhdr header = {sizeof(ELF_NOTE_GNU), UDYN_BUILD_ID_SIZE, NT_GNU_BUILD_ID};
    unsigned char *note;

    begin(content, UDYN_SECTION_BUILD_ID, 4);
    note = udyn_buffer_extend(&content->file,
                              sizeof(header) + sizeof(ELF_NOTE_GNU) + UDYN_BUILD_ID_SIZE);
    if (note != NULL) {
        memcpy(note, &header, sizeof(header));
        memcpy(note + sizeof(header), ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU));
    }
    end(content, UDYN_SECTION_BUILD_ID);
    content->build_id = content->file.size - UDYN_BUILD_ID_SIZE;
}

/* The two sizes, one bucket, and the chain, which has an entry for the undefined symbol as well. */
static size_t hash_words(size_t count)
{
    return 2 + 1 + 1 + count;
}

/*
 * One function symbol a probe, PROVIDER__PROBE, so that a stack trace taken at the site has a name.
 * The sections for the table and its hash are zeroes so far: fill_symbols().
 */
static void put_symbols(struct udyn_content *content, const struct udyn_content_request *request)
{
    size_t symbols = request->count + 1; /* the first one is the undefined one */
    size_t i;

    put_zeroes(content, UDYN_SECTION_HASH, 8,
               hash_words(request->count) * request->arch->hash_word);
    put_zeroes(content, UDYN_SECTION_DYNSYM, 8, symbols * sizeof(Elf64_Sym));
    begin(content, UDYN_SECTION_DYNSTR, 1);
    (void)udyn_buffer_extend(&content->file, 1); /* the empty name */
    for (i = 0; i < request->count; i++) {
        char *start = udyn_buffer_reserve(&content->file, 2 * UDYN_NAME_MAX + 3);
        char *next;

        if (start == NULL)
            return;
        next = stpcpy(stpcpy(stpcpy(start, request->provider), "__"), request->probes[i]->name);
        udyn_buffer_commit(&content->file, (size_t)(next - start) + 1);
    }
    end(content, UDYN_SECTION_DYNSTR);
}

/* Makes 64-bit words of so many 32-bit words, in room for them. */
static void widen(Elf64_Word *words, size_t count)
{
    Elf64_Xword wide;

    while (count-- > 0) {
        wide = words[count];
        memcpy(words + 2 * count, &wide, sizeof(wide));
    }
}

/* The symbols and their hash table, now that .text has its place. The table is one chain of all
 * symbols (gABI, "Hash Table"): the dynamic linker wants one, but nobody looks these symbols up by
 * name, since the image is opened with RTLD_LOCAL and refers to none itself. */
static void fill_symbols(struct udyn_content *content, size_t count)
{
    Elf64_Sym *symbol = bytes_of(content, UDYN_SECTION_DYNSYM);
    Elf64_Word *hash = bytes_of(content, UDYN_SECTION_HASH);
    const char *strings = bytes_of(content, UDYN_SECTION_DYNSTR);
    Elf64_Word symbols = (Elf64_Word)count + 1;
    Elf64_Word *bucket = hash + 2;
    Elf64_Word *chain = bucket + 1;
    const char *name = strings + 1;
    Elf64_Word i;

    hash[0] = 1; /* bucket */
    hash[1] = symbols;
    *bucket = 1;
    for (i = 1; i < symbols; i++) {
        symbol[i].st_name = (Elf64_Word)(name - strings);
        symbol[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
        symbol[i].st_shndx = UDYN_SECTION_TEXT;
        symbol[i].st_value =
            content->sections[UDYN_SECTION_TEXT].offset + (i - 1) * (uint64_t)UDYN_SITE_SIZE;
        symbol[i].st_size = UDYN_SITE_SIZE;
        chain[i] = i + 1 < symbols ? i + 1 : STN_UNDEF;
        name += strlen(name) + 1;
    }
    if (content->arch->hash_word == sizeof(Elf64_Xword))
        widen(hash, hash_words(count));
}

static void put_sites(struct udyn_content *content, const struct udyn_content_request *request)
{
    unsigned char *site;
    size_t i;

    begin(content, UDYN_SECTION_TEXT, content->page_size);
    site = udyn_buffer_extend(&content->file, request->count * UDYN_SITE_SIZE);
    for (i = 0; site != NULL && i < request->count; i++)
        memcpy(site + i * UDYN_SITE_SIZE, request->site->code, UDYN_SITE_SIZE);
    end(content, UDYN_SECTION_TEXT);
}

static void put_dynamic(struct udyn_content *content)
{
    const struct udyn_content_section *sections = content->sections;
    const Elf64_Dyn entries[] = {
        {DT_HASH, {sections[UDYN_SECTION_HASH].offset}},
        {DT_STRTAB, {sections[UDYN_SECTION_DYNSTR].offset}},
        {DT_SYMTAB, {sections[UDYN_SECTION_DYNSYM].offset}},
        {DT_STRSZ, {sections[UDYN_SECTION_DYNSTR].size}},
        {DT_SYMENT, {sizeof(Elf64_Sym)}},
        {DT_NULL, {0}},
    };

    put_zeroes(content, UDYN_SECTION_DYNAMIC, content->page_size, sizeof(entries));
    if (!content->file.failed)
        memcpy(bytes_of(content, UDYN_SECTION_DYNAMIC), entries, sizeof(entries));
}

/* Where the probe at `position` of the image is. */
static struct udyn_location location_of(const struct udyn_content *content, size_t position)
{
    struct udyn_location location = {
        .site = content->sections[UDYN_SECTION_TEXT].offset + position * UDYN_SITE_SIZE,
        .base = content->sections[UDYN_SECTION_BASE].offset,
    };

    if (content->sections[UDYN_SECTION_PROBES].size > 0)
        location.semaphore =
            content->sections[UDYN_SECTION_PROBES].offset + position * sizeof(uint16_t);
    return location;
}

static void put_notes(struct udyn_content *content, const struct udyn_content_request *request)
{
    size_t i;

    begin(content, UDYN_SECTION_NOTES, 4);
    for (i = 0; i < request->count; i++) {
        struct udyn_location location = location_of(content, i);

        udyn_note_stapsdt(&content->file, request->arch, request->provider, request->probes[i],
                          &location);
    }
    end(content, UDYN_SECTION_NOTES);
    begin(content, UDYN_SECTION_NAMES, 4);
    for (i = 0; i < request->count; i++) {
        struct udyn_location location = location_of(content, i);

        udyn_note_names(&content->file, request->provider, request->probes[i], &location);
    }
    end(content, UDYN_SECTION_NAMES);
}

/* A round of XXH64. */
static inline uint64_t hash_round(uint64_t lane, uint64_t word)
{
    lane += word * 0xc2b2ae3d27d4eb4fU;
    return (lane << 31 | lane >> 33) * 0x9e3779b185ebca87U;
}

/* Takes a block into the four lanes; what is missing of it is zero. */
static inline void hash_block(uint64_t lanes[4], const unsigned char *bytes, size_t size)
{
    uint64_t words[4] = {0};

    memcpy(words, bytes, size);
    lanes[0] = hash_round(lanes[0], words[0]);
    lanes[1] = hash_round(lanes[1], words[1]);
    lanes[2] = hash_round(lanes[2], words[2]);
    lanes[3] = hash_round(lanes[3], words[3]);
}

/* The lanes, which do not wait for each other, are put together by FNV-1a's step with 128 bits:
 * 2^88 + 0x13b is its prime. */
static void fill_build_id(struct udyn_content *content)
{
    const unsigned __int128 prime = ((unsigned __int128)1 << 88) + 0x13b;
    unsigned __int128 hash = ((unsigned __int128)0x6c62272e07bb0142U << 64) | 0x62b821756295c58dU;
    const unsigned char *bytes = content->file.bytes;
    size_t left = content->file.size;
    uint64_t lanes[4] = {0};
    size_t i;

    for (; left >= sizeof(lanes); left -= sizeof(lanes), bytes += sizeof(lanes))
        hash_block(lanes, bytes, sizeof(lanes));
    hash_block(lanes, bytes, left);
    for (i = 0; i < 4; i++)
        hash = (hash ^ lanes[i]) * prime;
    memcpy(content->file.bytes + content->build_id, &hash, UDYN_BUILD_ID_SIZE);
}

/* Room for what a few probes with a few arguments need; more is made room for as it comes. */
static size_t expected_size(const struct udyn_content_request *request)
{
    return 4 * request->page_size + 8 * UDYN_NOTE_MAX + request->count * 256;
}

int udyn_content_build(struct udyn_content *content, const struct udyn_content_request *request)
{
    int error;

    *content = (struct udyn_content){.arch = request->arch, .page_size = request->page_size};
    if (request->arch->is_big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))
        return udyn_fail(-ENOTSUP,
                         "an image for %s can only be made on a processor with its byte order",
                         request->arch->name);
    (void)udyn_buffer_reserve(&content->file, expected_size(request));
    (void)udyn_buffer_extend(&content->file,
                             sizeof(Elf64_Ehdr) + UDYN_CONTENT_SEGMENTS * sizeof(Elf64_Phdr));
    put_build_id(content);
    put_symbols(content, request);
    put_zeroes(content, UDYN_SECTION_BASE, 1, 1);
    put_sites(content, request);
    if (request->detection == USDT_DYN_DETECT_SEMAPHORE)
        put_zeroes(content, UDYN_SECTION_PROBES, content->page_size,
                   request->count * sizeof(uint16_t));
    put_dynamic(content);
    put_notes(content, request);
    begin(content, UDYN_SECTION_SHSTRTAB, 1);
    udyn_content_put_section_names(&content->file);
    end(content, UDYN_SECTION_SHSTRTAB);
    error = udyn_content_put_headers(content);
    if (content->file.failed)
        return udyn_fail(-ENOMEM, "no memory for an image of %zu probes of provider %s",
                         request->count, request->provider);
    if (error < 0)
        return error;

    fill_symbols(content, request->count);
    fill_build_id(content);
    return 0;
}

void udyn_content_free(struct udyn_content *content)
{
    udyn_buffer_free(&content->file);
}
