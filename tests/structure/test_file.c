/* SPDX-License-Identifier: MIT */
/* The ELF file: what its header, sections, segments and dynamic section must be for tracers and for
 * the dynamic linker. */
#include <elf.h>

#include "groups.h"
#include "loaded.h"
#include "support.h"
#include "test.h"

static void it_is_a_shared_object_for_this_processor(void **state)
{
    struct reader self;

    (void)state;
    reader_open(&self, "/proc/self/exe");
    assert_int_equal(loaded.image.header.e_machine, self.header.e_machine);
    assert_int_equal(loaded.image.header.e_flags, self.header.e_flags);
    reader_close(&self);
    assert_int_equal(loaded.image.header.e_type, ET_DYN);
    assert_int_equal(loaded.image.header.e_ident[EI_CLASS], ELFCLASS64);
    assert_int_equal(loaded.image.header.e_ident[EI_DATA], ELFDATA2LSB);
    assert_int_equal(loaded.image.header.e_version, EV_CURRENT);
}

/* bcc and bpftrace up to 0.24 list nothing in another order. */
static void sections_are_in_the_order_that_bcc_wants(void **state)
{
    const struct reader_section *text = loaded_section(".text"),
                                *notes = loaded_section(".note.stapsdt");

    (void)state;
    assert_true(text->index < notes->index);
    if (loaded.detection == USDT_DYN_DETECT_SEMAPHORE) {
        assert_true(text->index < loaded_section(".probes")->index);
        assert_true(loaded_section(".probes")->index < notes->index);
    }
}

/* perf takes sh_offset minus the note's base for the shift, libbpf and the kernel file offsets. */
static void addresses_are_offsets(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < loaded.image.nsections; i++)
        if ((loaded.image.sections[i].header.sh_flags & SHF_ALLOC) != 0)
            assert_int_equal(loaded.image.sections[i].header.sh_addr,
                             loaded.image.sections[i].header.sh_offset);
    for (i = 0; i < loaded.image.nsegments; i++)
        if (loaded.image.segments[i].p_type != PT_GNU_STACK)
            assert_int_equal(loaded.image.segments[i].p_vaddr, loaded.image.segments[i].p_offset);
}

/* Systems refuse such a mapping (SELinux, MemoryDenyWriteExecute). */
static void nothing_is_writable_and_executable(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < loaded.image.nsegments; i++)
        assert_int_not_equal(loaded.image.segments[i].p_flags & (PF_W | PF_X), PF_W | PF_X);
    for (i = 0; i < loaded.image.nsections; i++)
        assert_int_not_equal(loaded.image.sections[i].header.sh_flags & (SHF_WRITE | SHF_EXECINSTR),
                             SHF_WRITE | SHF_EXECINSTR);
    assert_null(support_find_mapping("layout", "rwxp"));
}

static void loaded_segments_are_aligned_to_a_page_and_no_more(void **state)
{
    size_t i, nloaded = 0;

    (void)state;
    for (i = 0; i < loaded.image.nsegments; i++) {
        if (loaded.image.segments[i].p_type != PT_LOAD)
            continue;
        assert_int_equal(loaded.image.segments[i].p_align, loaded.page_size);
        assert_int_equal(loaded.image.segments[i].p_offset % loaded.page_size, 0);
        assert_int_equal(loaded.image.segments[i].p_filesz,
                         loaded.image.segments[i].p_memsz); /* no .bss */
        nloaded++;
    }
    assert_int_equal(nloaded, 2);
}

/* glibc 2.41 refuses to dlopen an object that may want an executable stack. */
static void the_stack_is_not_executable(void **state)
{
    const GElf_Phdr *stack = reader_segment_of_type(&loaded.image, PT_GNU_STACK);

    (void)state;
    assert_non_null(stack);
    assert_int_equal(stack->p_flags, PF_R | PF_W);
}

/* bcc takes a file with DF_1_PIE for a program (is_shared_obj), and text relocations would need
 * text that is writable. */
static void the_dynamic_section_asks_for_nothing_special(void **state)
{
    uint64_t value;

    (void)state;
    if (reader_dynamic(&loaded.image, DT_FLAGS_1, &value))
        assert_int_equal(value & DF_1_PIE, 0);
    assert_false(reader_dynamic(&loaded.image, DT_TEXTREL, &value));
    assert_false(reader_dynamic(&loaded.image, DT_NEEDED, &value));
    assert_false(reader_dynamic(&loaded.image, DT_INIT, &value));
    assert_true(reader_dynamic(&loaded.image, DT_SYMTAB, &value));
    assert_int_equal(value, loaded_section(".dynsym")->header.sh_addr);
    assert_true(reader_dynamic(&loaded.image, DT_STRTAB, &value));
    assert_int_equal(value, loaded_section(".dynstr")->header.sh_addr);
    assert_true(reader_dynamic(&loaded.image, DT_STRSZ, &value));
    assert_int_equal(value, loaded_section(".dynstr")->header.sh_size);
}

/* perf keeps files by their build id: that of another image must be another. */
static void the_build_id_is_its_own(void **state)
{
    const struct reader_section *note = loaded_section(".note.gnu.build-id");
    const unsigned char *id, *other_id;
    usdt_dyn_provider *other;
    usdt_dyn_probe *probe;
    struct reader other_image;
    size_t size = reader_build_id(&loaded.image, &id);

    (void)state;
    assert_int_equal(note->header.sh_type, SHT_NOTE);
    assert_int_equal(note->header.sh_flags, SHF_ALLOC);
    assert_non_null(reader_segment_of_type(&loaded.image, PT_NOTE));
    assert_int_equal(reader_segment_of_type(&loaded.image, PT_NOTE)->p_offset,
                     note->header.sh_offset);
    assert_true(size >= 16); /* perf reads at most 20, and less than 16 is rare */

    other = support_provider("layout", "other", NULL, 0, &probe);
    assert_ok(usdt_dyn_provider_set_backing(other, loaded.backing));
    assert_ok(usdt_dyn_provider_load(other));
    reader_open(&other_image, usdt_dyn_provider_path(other));
    assert_int_equal(reader_build_id(&other_image, &other_id), size);
    assert_memory_not_equal(id, other_id, size);
    reader_close(&other_image);
    usdt_dyn_provider_free(other);
}

int test_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_shared_object_for_this_processor),
        cmocka_unit_test(sections_are_in_the_order_that_bcc_wants),
        cmocka_unit_test(addresses_are_offsets),
        cmocka_unit_test(nothing_is_writable_and_executable),
        cmocka_unit_test(loaded_segments_are_aligned_to_a_page_and_no_more),
        cmocka_unit_test(the_stack_is_not_executable),
        cmocka_unit_test(the_dynamic_section_asks_for_nothing_special),
        cmocka_unit_test(the_build_id_is_its_own),
    };

    return cmocka_run_group_tests(tests, loaded_make, loaded_free);
}
