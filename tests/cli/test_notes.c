/* SPDX-License-Identifier: MIT */
/* The notes of probes: .note.stapsdt, and .note.usdt-dyn with the names of arguments. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "made_elf.h"
#include "test.h"

/* The kind of file that the notes below are in. */
static struct made_elf made;
static struct made_bytes stapsdt, names;
static size_t alignment;

static int begin(void **state)
{
    (void)state;
    memset(&made, 0, sizeof(made));
    stapsdt.size = names.size = 0;
    alignment = 4;
    return 0;
}

/* What the description of a note has; `operands` NULL leaves them out. */
static struct made_bytes describe(uint64_t site, uint64_t base, uint64_t semaphore,
                                  const char *provider, const char *name, const char *operands)
{
    struct made_bytes description = {.size = 0};

    made_address(&description, &made, site);
    made_address(&description, &made, base);
    made_address(&description, &made, semaphore);
    made_string(&description, provider);
    made_string(&description, name);
    if (operands != NULL)
        made_string(&description, operands);
    return description;
}

static void add(uint64_t site, uint64_t base, uint64_t semaphore, const char *provider,
                const char *name, const char *operands)
{
    struct made_bytes description = describe(site, base, semaphore, provider, name, operands);

    made_note(&stapsdt, &made, "stapsdt", 3, &description, alignment);
}

static void add_probe(const char *name)
{
    add(MADE_ADDRESS, 0, 0, "p", name, "");
}

/* Up to three strings behind the site. */
static void add_names(uint64_t site, const char *provider, const char *name, const char *argument)
{
    struct made_bytes description = {.size = 0};

    made_address(&description, &made, site);
    made_string(&description, provider);
    if (name != NULL)
        made_string(&description, name);
    if (argument != NULL)
        made_string(&description, argument);
    made_note(&names, &made, "usdt-dyn", 1, &description, alignment);
}

static struct udyn_read_file file;

static void read_most(size_t most)
{
    const struct made_section sections[] = {
        {".note.stapsdt", SHT_NOTE, 0, 0, alignment, &stapsdt},
        {".note.usdt-dyn", SHT_NOTE, 0, 0, alignment, &names},
        {".stapsdt.base", SHT_PROGBITS, SHF_ALLOC, 0x10100, 1, NULL},
        {NULL},
    };
    int fd;

    made.sections = sections;
    fd = made_file(&made);
    assert_int_equal(udyn_read_probes(fd, most, &file), 0);
    assert_int_equal(close(fd), 0);
}

static void read_all(void)
{
    read_most(UDYN_READ_MOST);
}

/* One note is left out, for a reason with these words, and `count` are read. */
static void expect_damage(size_t damaged, const char *words, size_t count)
{
    read_all();
    if (file.damaged != damaged || strstr(file.complaint, words) == NULL || file.count != count)
        fail_msg("%zu damaged, \"%s\", %zu probes", file.damaged, file.complaint, file.count);
    udyn_read_free(&file);
}

static void reads_every_kind_of_file(void **state)
{
    int kind;

    for (kind = 0; kind < 8; kind++) {
        (void)begin(state);
        made.is_32 = kind & 1;
        made.is_big_endian = kind & 2;
        alignment = kind & 4 ? 8 : 4;
        add(MADE_ADDRESS + 9, 0, MADE_ADDRESS + 0x800, "provider", "probe", "4@x1");
        add(MADE_ADDRESS + 5, 0, 0, "provider", "odd", "");
        add_names(MADE_ADDRESS + 9, "provider", "probe", "argument:int32");
        add_names(MADE_ADDRESS + 5, "provider", "odd", NULL);
        read_all();
        assert_int_equal(file.damaged, 0);
        assert_int_equal(file.count, 2);
        assert_string_equal(file.probes[0].name, "odd");
        assert_int_equal(file.probes[0].nnames, 0);
        assert_true(file.probes[0].semaphore_offset == UDYN_READ_NOWHERE);
        assert_string_equal(file.probes[1].operands, "4@x1");
        assert_int_equal(file.probes[1].site_offset, 9);
        assert_int_equal(file.probes[1].semaphore_offset, 0x800);
        assert_int_equal(file.probes[1].nnames, 1);
        assert_string_equal(file.probes[1].names, "argument:int32");
        udyn_read_free(&file);
    }
}

static void orders_by_provider_name_and_site(void **state)
{
    static const char *const expected[] = {"a:z", "b:a", "b:m", "b:m"};
    size_t i;

    (void)state;
    add(MADE_ADDRESS + 2, 0, 0, "b", "m", "");
    add(MADE_ADDRESS + 1, 0, 0, "b", "m", "");
    add(MADE_ADDRESS + 9, 0, 0, "b", "a", "");
    add(MADE_ADDRESS + 9, 0, 0, "a", "z", "");
    /* Names are found at their site, in any order and for as many probes. */
    for (i = 0; i < 20; i++)
        add(MADE_ADDRESS + 20 + i, 0, 0, "c", "c", "");
    for (i = 20; i-- > 0;)
        add_names(MADE_ADDRESS + 20 + i, "c", "c", i % 2 == 0 ? "even:int8" : NULL);
    add_names(MADE_ADDRESS + 19, "c", "c", "no_such_site:int8");
    add_names(MADE_ADDRESS + 40, "c", "c", "no_such_site:int8");
    read_all();
    assert_int_equal(file.damaged, 0);
    assert_int_equal(file.count, 24);
    for (i = 0; i < 4; i++) {
        assert_memory_equal(file.probes[i].provider, &expected[i][0], 1);
        assert_string_equal(file.probes[i].name, &expected[i][2]);
    }
    assert_int_equal(file.probes[2].site, MADE_ADDRESS + 1);
    assert_int_equal(file.probes[3].site, MADE_ADDRESS + 2);
    for (i = 0; i < 20; i++)
        assert_int_equal(file.probes[4 + i].nnames, i % 2 == 0);
    udyn_read_free(&file);
}

/* prelink moved the base, whose section is at 0x10100: site and semaphore went with it. */
static void follows_the_base(void **state)
{
    (void)state;
    add(0x4000, 0x3f00, 0x4400, "p", "moved_up", "");
    add(0x20000, 0x20000, 0, "p", "moved_down", "");
    add(MADE_ADDRESS, 0, MADE_ADDRESS, "p", "without", "");
    read_all();
    assert_int_equal(file.count, 3);
    assert_int_equal(file.probes[0].site, 0x10100);
    assert_int_equal(file.probes[0].semaphore, 0);
    assert_int_equal(file.probes[1].site, 0x10200);
    assert_int_equal(file.probes[1].semaphore, 0x10600);
    assert_int_equal(file.probes[2].site, MADE_ADDRESS);
    assert_int_equal(file.probes[2].semaphore, MADE_ADDRESS);
    udyn_read_free(&file);
}

static void passes_over_other_notes(void **state)
{
    struct made_bytes description = describe(MADE_ADDRESS, 0, 0, "p", "wrong", "");

    (void)state;
    made_note(&stapsdt, &made, "stapsdt", 2, &description, alignment);
    made_note(&stapsdt, &made, "stapsdu", 3, &description, alignment);
    made_note(&stapsdt, &made, "stapsdt2", 3, &description, alignment);
    made_note(&stapsdt, &made, "stapsd", 3, &description, alignment);
    add_probe("right");
    read_all();
    assert_int_equal(file.damaged, 0);
    assert_int_equal(file.count, 1);
    assert_string_equal(file.probes[0].name, "right");
    udyn_read_free(&file);
}

static void allows_the_last_note_no_padding_and_no_operands(void **state)
{
    (void)state;
    add(MADE_ADDRESS, 0, 0, "p", "last_one", NULL);
    /* 24 bytes, "p" and 9 bytes: two of padding. */
    stapsdt.size -= 1;
    read_all();
    assert_int_equal(file.damaged, 0);
    assert_int_equal(file.count, 1);
    assert_string_equal(file.probes[0].operands, "");
    udyn_read_free(&file);
    stapsdt.size -= 1;
    expect_damage(1, "runs past the end of the section", 0);
    stapsdt.size = 11; /* not even a header */
    expect_damage(1, "runs past the end of the section", 0);
}

/* A description that ends within each of its parts. */
static void tells_descriptions_that_end_too_early(void **state)
{
    static const size_t lengths[] = {0, 7, 8, 15, 16, 23, 24, 25, 26, 30};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct made_bytes description = describe(MADE_ADDRESS, 0, 0, "p", "probe", "");

        description.size = lengths[i];
        made_note(&stapsdt, &made, "stapsdt", 3, &description, alignment);
    }
    add_probe("good");
    expect_damage(i, "a note in .note.stapsdt ends too early", 1);
}

static void tells_probes_that_are_nowhere(void **state)
{
    (void)state;
    add(MADE_ADDRESS - 1, 0, 0, "p", "below", "");
    expect_damage(1, "the note of p:below points at no code", 0);
    add(MADE_ADDRESS, 0, MADE_ADDRESS + MADE_SIZE, "p", "semaphore", "");
    expect_damage(2, "the note of p:below points at no code", 0);
    (void)begin(state);
    made.segment_flags = PF_R | PF_X;
    add(MADE_ADDRESS, 0, MADE_ADDRESS, "p", "constant", "");
    expect_damage(1, "the note of p:constant has its semaphore in no writable data", 0);
    (void)begin(state);
    made.segment_flags = PF_R | PF_W;
    add(MADE_ADDRESS, 0, MADE_ADDRESS, "p", "data", "");
    expect_damage(1, "the note of p:data points at no code", 0);
}

static const char *long_text(size_t length)
{
    static char text[UDYN_READ_MAX_TEXT + 2];

    memset(text, 'x', length);
    text[length] = '\0';
    return text;
}

static void limits_the_length_of_names(void **state)
{
    (void)state;
    add(MADE_ADDRESS, 0, 0, long_text(UDYN_READ_MAX_NAME), "n", "");
    add(MADE_ADDRESS, 0, 0, "p", long_text(UDYN_READ_MAX_NAME), "");
    add(MADE_ADDRESS, 0, 0, "p", "n", long_text(UDYN_READ_MAX_TEXT));
    expect_damage(0, "", 3);
    (void)begin(state);
    add(MADE_ADDRESS, 0, 0, long_text(UDYN_READ_MAX_NAME + 1), "n", "");
    add(MADE_ADDRESS, 0, 0, "p", long_text(UDYN_READ_MAX_NAME + 1), "");
    add(MADE_ADDRESS, 0, 0, "p", "n", long_text(UDYN_READ_MAX_TEXT + 1));
    expect_damage(3, "more than 1023 and 4096 bytes", 0);
    (void)begin(state);
    add(MADE_ADDRESS, 0, 0, "", "n", "");
    add(MADE_ADDRESS, 0, 0, "p", "", "");
    expect_damage(2, "names no probe", 0);
}

static void tells_names_that_lie(void **state)
{
    (void)state;
    add_probe("n");
    add_names(MADE_ADDRESS, "p", "n", "no_type");
    expect_damage(1, "has an argument without a type", 1);
    names.size = 0;
    add_names(MADE_ADDRESS, "p", NULL, NULL);
    expect_damage(1, "a note in .note.usdt-dyn ends too early", 1);
    /* 8 bytes of site, "p" and "n" with their NULs, and what makes it full: without a colon. */
    names.size = 0;
    add_names(MADE_ADDRESS, "p", "n", long_text(UDYN_READ_MAX_TEXT - 13));
    expect_damage(1, "has an argument without a type", 1);
    names.size = 0;
    add_names(MADE_ADDRESS, "p", "n", long_text(UDYN_READ_MAX_TEXT - 12));
    expect_damage(1, "has more than 4096 bytes", 1);
}

/* Half of what it may cost is for the notes, the other half for the probes in them. */
static void keeps_to_its_limit(void **state)
{
    size_t note, i;

    (void)state;
    add_probe("n");
    note = stapsdt.size;
    for (i = 1; i < 20; i++)
        add_probe("n");
    read_most(stapsdt.size + 20 * sizeof(struct udyn_read_probe));
    assert_int_equal(file.damaged, 0);
    assert_int_equal(file.count, 20);
    assert_int_equal(file.cost, stapsdt.size + 20 * sizeof(struct udyn_read_probe));
    udyn_read_free(&file);
    read_most(stapsdt.size + 20 * sizeof(struct udyn_read_probe) - 1);
    assert_int_equal(file.count, 19);
    assert_non_null(strstr(file.complaint, "more probes than are read"));
    udyn_read_free(&file);
    /* Cut within the fourth note's text, which is no damage of that note; two probes fit. */
    read_most(2 * (4 * note - 4));
    assert_int_equal(file.count, 2);
    assert_int_equal(file.damaged, 2);
    assert_non_null(strstr(file.complaint, "more than are read"));
    udyn_read_free(&file);
    read_most(1);
    assert_int_equal(file.count, 0);
    udyn_read_free(&file);
}

static void tells_sections_that_lie(void **state)
{
    const struct made_section sections[] = {
        {".note.stapsdt", SHT_NOTE, SHF_COMPRESSED, 0, 4, &stapsdt}, {NULL}};
    int fd;

    (void)state;
    add_probe("n");
    made.sections = sections;
    fd = made_file(&made);
    assert_int_equal(udyn_read_probes(fd, UDYN_READ_MOST, &file), 0);
    assert_string_equal(file.complaint, "its notes are compressed");
    assert_int_equal(file.count, 0);
    udyn_read_free(&file);
    assert_int_equal(close(fd), 0);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_every_kind_of_file),
        TEST(orders_by_provider_name_and_site),
        TEST(follows_the_base),
        TEST(passes_over_other_notes),
        TEST(allows_the_last_note_no_padding_and_no_operands),
        TEST(tells_descriptions_that_end_too_early),
        TEST(tells_probes_that_are_nowhere),
        TEST(limits_the_length_of_names),
        TEST(tells_names_that_lie),
        TEST(keeps_to_its_limit),
        TEST(tells_sections_that_lie),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
