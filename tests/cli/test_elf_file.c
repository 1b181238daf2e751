/* SPDX-License-Identifier: MIT */
/* The reader's view of an ELF file: both classes, both orders of bytes, and headers that lie. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "made_elf.h"
#include "test.h"

static struct made_bytes content;
static const struct made_section sections[] = {
    {".one", SHT_NOTE, SHF_ALLOC, 0x10400, 8, &content},
    {".two", SHT_PROGBITS, 0, 0, 4, &content},
    {".one", SHT_NOTE, 0, 0, 1, &content},
    {NULL},
};

static int open_made(const struct made_elf *made, struct udyn_elf_file *file,
                     char complaint[UDYN_READ_SENTENCE])
{
    complaint[0] = '\0';
    return udyn_elf_open(file, made_file(made), complaint);
}

static void close_made(struct udyn_elf_file *file)
{
    assert_int_equal(close(file->fd), 0);
    udyn_elf_close(file);
}

/* All that a file of this kind says is read, and nothing else. */
static void read_kind(bool is_32, bool is_big_endian)
{
    struct made_elf made = {is_32, is_big_endian, sections};
    struct udyn_elf_section section;
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE], bytes[6];
    size_t index = 0;

    assert_int_equal(open_made(&made, &file, complaint), 0);
    assert_int_equal(file.machine, EM_RISCV);
    assert_int_equal(file.nsections, 5);
    assert_int_equal(file.nsegments, 1);
    assert_true(udyn_elf_find(&file, &index, SHT_NOTE, ".one", &section));
    assert_int_equal(index, 2);
    assert_int_equal(section.flags, SHF_ALLOC);
    assert_int_equal(section.address, 0x10400);
    assert_int_equal(section.alignment, 8);
    assert_int_equal(section.size, 6);
    assert_int_equal(section.link, 7);
    assert_int_equal(udyn_elf_read(&file, section.offset, bytes, 6), 0);
    assert_memory_equal(bytes, "bytes", 6);
    assert_true(udyn_elf_find(&file, &index, SHT_NOTE, ".one", &section));
    assert_int_equal(section.alignment, 1);
    assert_false(udyn_elf_find(&file, &index, SHT_NOTE, ".one", &section));
    index = 0;
    assert_false(udyn_elf_find(&file, &index, SHT_NOTE, ".two", &section));
    assert_true(udyn_elf_section(&file, 4, &section));
    assert_false(udyn_elf_section(&file, 5, &section));
    close_made(&file);
}

static void reads_both_classes_and_orders(void **state)
{
    (void)state;
    read_kind(false, false);
    read_kind(false, true);
    read_kind(true, false);
    read_kind(true, true);
}

static void finds_addresses(void **state)
{
    struct made_elf made = {.sections = sections, .segment_flags = PF_R | PF_X};
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];

    (void)state;
    assert_int_equal(open_made(&made, &file, complaint), 0);
    assert_int_equal(udyn_elf_offset(&file, MADE_ADDRESS, PF_X), 0);
    assert_int_equal(udyn_elf_offset(&file, MADE_ADDRESS + MADE_SIZE - 1, PF_R | PF_X),
                     MADE_SIZE - 1);
    assert_true(udyn_elf_offset(&file, MADE_ADDRESS - 1, PF_X) == UDYN_READ_NOWHERE);
    assert_true(udyn_elf_offset(&file, MADE_ADDRESS + MADE_SIZE, PF_X) == UDYN_READ_NOWHERE);
    assert_true(udyn_elf_offset(&file, MADE_ADDRESS, PF_W) == UDYN_READ_NOWHERE);
    assert_true(udyn_elf_offset(&file, MADE_ADDRESS, PF_X | PF_W) == UDYN_READ_NOWHERE);
    close_made(&file);
}

/* What a segment has beyond the end of the file is nowhere. */
static void ends_segments_with_the_file(void **state)
{
    static const struct made_section none[] = {{NULL}};
    struct made_elf made = {.sections = none};
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];
    int fd = made_file(&made);
    const uint64_t no_sections = 0;

    (void)state;
    assert_int_equal(pwrite(fd, &no_sections, 8, offsetof(Elf64_Ehdr, e_shoff)), 8);
    assert_int_equal(ftruncate(fd, 0x200), 0);
    assert_int_equal(udyn_elf_open(&file, fd, complaint), 0);
    assert_int_equal(file.nsections, 0);
    assert_int_equal(udyn_elf_offset(&file, MADE_ADDRESS + 0x1ff, 0), 0x1ff);
    assert_true(udyn_elf_offset(&file, MADE_ADDRESS + 0x200, 0) == UDYN_READ_NOWHERE);
    close_made(&file);
}

static void reads_no_further_than_the_file(void **state)
{
    struct made_elf made = {.sections = sections};
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE], bytes[2];

    (void)state;
    assert_int_equal(open_made(&made, &file, complaint), 0);
    assert_int_equal(udyn_elf_read(&file, file.size - 2, bytes, 2), 0);
    assert_int_equal(udyn_elf_read(&file, file.size, bytes, 0), 0);
    assert_int_equal(udyn_elf_read(&file, file.size - 1, bytes, 2), -EBADMSG);
    assert_int_equal(udyn_elf_read(&file, file.size + 1, bytes, 0), -EBADMSG);
    assert_int_equal(udyn_elf_read(&file, UINT64_MAX, bytes, 2), -EBADMSG);
    /* It is cut short behind the reader's back. */
    assert_int_equal(ftruncate(file.fd, 0x100), 0);
    assert_int_equal(udyn_elf_read(&file, 0xff, bytes, 2), -EBADMSG);
    close_made(&file);
}

static void refuse(const struct made_elf *made, int error, const char *words)
{
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];
    int result = open_made(made, &file, complaint);

    if (result != error || strstr(complaint, words) == NULL)
        fail_msg("%d and \"%s\", not %d and \"%s\"", result, complaint, error, words);
    close_made(&file);
}

#define WRONG(...) (&(struct made_elf){.sections = sections, __VA_ARGS__})

static void refuses_headers_that_lie(void **state)
{
    static const struct made_section compressed[] = {
        {".names", SHT_STRTAB, SHF_COMPRESSED, 0, 1, &content}, {NULL}};

    (void)state;
    refuse(WRONG(.phnum = 257), -EBADMSG, "more than 256 program headers");
    refuse(WRONG(.phnum = 256, .phoff = 0x4000), -EBADMSG, "lie outside of the file");
    refuse(WRONG(.phentsize = 57), -EBADMSG, "program headers have another size");
    refuse(WRONG(.is_32 = true, .phentsize = 56), -EBADMSG, "program headers have another size");
    refuse(WRONG(.shnum = 1025), -EBADMSG, "more than 1024 sections");
    refuse(WRONG(.shnum = 1024), -EBADMSG, "lie outside of the file");
    refuse(WRONG(.shentsize = 63), -EBADMSG, "section headers have another size");
    refuse(WRONG(.shstrndx = 5), -EBADMSG, "the names of its sections can't be read");
    refuse(&(struct made_elf){.sections = compressed, .shstrndx = 1}, -EBADMSG,
           "the names of its sections can't be read");
}

static void takes_as_many_headers_as_it_says(void **state)
{
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];
    int fd = made_file(WRONG(.phnum = 256, .shnum = 1024, .shstrndx = 4));

    (void)state;
    assert_int_equal(ftruncate(fd, 0x20000), 0);
    assert_int_equal(udyn_elf_open(&file, fd, complaint), 0);
    assert_int_equal(file.nsections, 1024);
    close_made(&file);
}

static void refuses_other_files(void **state)
{
    static const unsigned char wrong[][EI_NIDENT] = {
        {0x7f, 'E', 'L', 'f', ELFCLASS64, ELFDATA2LSB}, {0x7f, 'E', 'L', 'F', 0, ELFDATA2LSB},
        {0x7f, 'E', 'L', 'F', 3, ELFDATA2LSB},          {0x7f, 'E', 'L', 'F', ELFCLASS64, 0},
        {0x7f, 'E', 'L', 'F', ELFCLASS32, 3},
    };
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];
    int ends[2];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int fd = made_file(WRONG(.is_32 = false));

        assert_int_equal(pwrite(fd, wrong[i], EI_NIDENT, 0), EI_NIDENT);
        assert_int_equal(udyn_elf_open(&file, fd, complaint), -ENOEXEC);
        assert_string_equal(complaint, "not an ELF file");
        close_made(&file);
    }
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(udyn_elf_open(&file, ends[0], complaint), -ENOEXEC);
    assert_string_equal(complaint, "not a regular file");
    assert_int_equal(close(ends[1]), 0);
    close_made(&file);
}

/* A header that the file ends in: too short for either class, or for the larger one. */
static void refuses_half_a_header(void **state)
{
    struct udyn_elf_file file;
    char complaint[UDYN_READ_SENTENCE];
    int fd = made_file(WRONG(.is_32 = false));

    (void)state;
    assert_int_equal(ftruncate(fd, sizeof(Elf64_Ehdr) - 1), 0);
    assert_int_equal(udyn_elf_open(&file, fd, complaint), -EBADMSG);
    assert_string_equal(complaint, "a broken ELF file: its header can't be read");
    udyn_elf_close(&file);
    assert_int_equal(ftruncate(fd, sizeof(Elf32_Ehdr) - 1), 0);
    assert_int_equal(udyn_elf_open(&file, fd, complaint), -ENOEXEC);
    close_made(&file);
}

static int make_content(void **state)
{
    (void)state;
    made_string(&content, "bytes");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_classes_and_orders),
        cmocka_unit_test(finds_addresses),
        cmocka_unit_test(ends_segments_with_the_file),
        cmocka_unit_test(reads_no_further_than_the_file),
        cmocka_unit_test(refuses_headers_that_lie),
        cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(refuses_half_a_header),
        cmocka_unit_test(takes_as_many_headers_as_it_says),
    };

    return !!cmocka_run_group_tests(tests, make_content, NULL);
}
