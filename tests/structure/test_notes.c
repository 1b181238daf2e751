/* SPDX-License-Identifier: MIT */
/* The notes: what tracers, and our own command, read of each probe. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "loaded.h"
#include "test.h"

static const char *const type_names[] = {"int8",  "uint8",  "int16",   "uint16", "int32", "uint32",
                                         "int64", "uint64", "pointer", "string", "double"};
static const int sizes[] = {-1, 1, -2, 2, -4, 4, -8, 8, 8, 8, 8};

/* perf refuses a note section that is in memory. */
static void the_notes_are_in_the_file_alone(void **state)
{
    const struct reader_section *notes = loaded_section(".note.stapsdt");

    (void)state;
    assert_int_equal(notes->header.sh_type, SHT_NOTE);
    assert_int_equal(notes->header.sh_flags, 0);
    assert_int_equal(notes->header.sh_addralign, 4);
    assert_int_equal(notes->header.sh_offset % 4, 0);
}

/* bcc, gdb and SystemTap take the end of the description for the end of the operands. */
static void each_description_ends_at_the_nul_of_its_operands(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < loaded.image.nprobes; i++) {
        const struct reader_probe *probe = &loaded.image.probes[i];

        assert_int_equal(probe->size, 3 * sizeof(uint64_t) + strlen(probe->provider) + 1 +
                                          strlen(probe->name) + 1 + strlen(probe->operands) + 1);
    }
}

static void each_probe_has_one_note_with_its_operands(void **state)
{
    size_t i, a;

    (void)state;
    assert_int_equal(loaded.image.nprobes, loaded.count);
    for (i = 0; i < loaded.count; i++) {
        const struct reader_probe *probe = &loaded.image.probes[i];
        const char *operand = probe->operands;
        char name[32];

        snprintf(name, sizeof(name), "p%zu", i);
        assert_string_equal(probe->provider, "layout");
        assert_string_equal(probe->name, name);
        for (a = 0; a < loaded_nargs(i); a++) {
            assert_int_equal(strtol(operand, NULL, 10), sizes[loaded_type(i, a)]);
            operand = strchr(operand, '@');
            assert_non_null(operand);
            operand += strcspn(operand, " ");
            operand += *operand == ' ';
        }
        assert_string_equal(operand, "");
    }
}

/* gdb finds the probes' addresses by it. */
static void the_base_is_noted_and_there(void **state)
{
    const struct reader_section *stapsdt_base = loaded_section(".stapsdt.base");
    size_t i;

    (void)state;
    assert_int_equal(stapsdt_base->header.sh_type, SHT_PROGBITS);
    assert_int_equal(stapsdt_base->header.sh_flags, SHF_ALLOC);
    assert_true(stapsdt_base->header.sh_size > 0);
    for (i = 0; i < loaded.count; i++)
        assert_int_equal(loaded.image.probes[i].base, stapsdt_base->header.sh_addr);
}

/* What a SystemTap note has no room for. */
static void our_notes_have_names_and_types(void **state)
{
    const struct reader_section *notes = loaded_section(".note.usdt-dyn");
    size_t offset = 0, name, description, i = 0, a;
    GElf_Nhdr note;

    (void)state;
    assert_int_equal(notes->header.sh_type, SHT_NOTE);
    assert_int_equal(notes->header.sh_flags, 0);
    while ((offset = gelf_getnote(notes->data, offset, &note, &name, &description)) > 0) {
        const char *bytes = notes->data->d_buf;
        const char *next = bytes + description, *end = next + note.n_descsz;
        char expected[64];
        uint64_t site;

        assert_true(i < loaded.count);
        assert_int_equal(note.n_type, 1);
        assert_string_equal(bytes + name, "usdt-dyn");
        memcpy(&site, next, sizeof(site));
        next += sizeof(site);
        assert_int_equal(site, loaded.image.probes[i].site);
        assert_string_equal(next, loaded.image.probes[i].provider);
        next += strlen(next) + 1;
        assert_string_equal(next, loaded.image.probes[i].name);
        next += strlen(next) + 1;
        for (a = 0; a < loaded_nargs(i); a++) {
            snprintf(expected, sizeof(expected), "n%zu:%s", a, type_names[loaded_type(i, a)]);
            assert_string_equal(next, expected);
            next += strlen(next) + 1;
        }
        assert_ptr_equal(next, end);
        i++;
    }
    assert_int_equal(i, loaded.count);
}

int test_notes(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_notes_are_in_the_file_alone),
        cmocka_unit_test(each_description_ends_at_the_nul_of_its_operands),
        cmocka_unit_test(each_probe_has_one_note_with_its_operands),
        cmocka_unit_test(the_base_is_noted_and_there),
        cmocka_unit_test(our_notes_have_names_and_types),
    };

    return cmocka_run_group_tests(tests, loaded_make, loaded_free);
}
