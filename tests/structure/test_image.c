/* SPDX-License-Identifier: MIT */
/*
 * usage: test-image DETECTION BACKING COUNT: the image of a loaded provider with that many probes,
 * read back. Each rule of a tracer, of the dynamic linker or of the kernel is a test case.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"
#include "support.h"
#include "test.h"

static usdt_dyn_detection detection;
static usdt_dyn_backing backing;
static size_t count;
static size_t page_size;

static usdt_dyn_provider *provider;
static usdt_dyn_probe **probes;
static struct reader image;
static const char *base; /* where the image is mapped */
static void *handle;

/* Probe i has i % 13 arguments, of types in turn. */
static size_t nargs_of(size_t i)
{
    return i % (USDT_DYN_MAX_ARGS + 1);
}

static const char *const type_names[] = {"int8",  "uint8",  "int16",   "uint16", "int32", "uint32",
                                         "int64", "uint64", "pointer", "string", "double"};
static const int sizes[] = {-1, 1, -2, 2, -4, 4, -8, 8, 8, 8, 8};

static usdt_dyn_type type_of(size_t i, size_t arg)
{
    return (usdt_dyn_type)((i + arg) % 11);
}

static void add_probes(void)
{
    static const char *const names[] = {"n0", "n1", "n2", "n3", "n4",  "n5",
                                        "n6", "n7", "n8", "n9", "n10", "n11"};
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    char name[32];
    size_t i, a;

    for (i = 0; i < count; i++) {
        for (a = 0; a < nargs_of(i); a++)
            args[a] = (usdt_dyn_arg){names[a], type_of(i, a)};
        snprintf(name, sizeof(name), "p%zu", i);
        assert_ok(usdt_dyn_provider_add_probe(provider, &probes[i], name, args, nargs_of(i)));
    }
}

static int load(void **state)
{
    struct link_map *map;

    (void)state;
    probes = calloc(count, sizeof(*probes));
    assert_non_null(probes);
    assert_ok(usdt_dyn_provider_new(&provider, "layout"));
    assert_ok(usdt_dyn_provider_set_detection(provider, detection));
    assert_ok(usdt_dyn_provider_set_backing(provider, backing));
    add_probes();
    assert_ok(usdt_dyn_provider_load(provider));
    reader_open(&image, usdt_dyn_provider_path(provider));
    handle = dlopen(usdt_dyn_provider_path(provider), RTLD_NOW | RTLD_NOLOAD);
    assert_non_null(handle);
    assert_int_equal(dlinfo(handle, RTLD_DI_LINKMAP, &map), 0);
    base = (const char *)map->l_addr;
    return 0;
}

static int unload(void **state)
{
    (void)state;
    dlclose(handle);
    reader_close(&image);
    usdt_dyn_provider_free(provider);
    free(probes);
    return 0;
}

static const struct reader_section *section(const char *name)
{
    const struct reader_section *found = reader_section(&image, name);

    if (found == NULL)
        fail_msg("there is no section %s", name);
    return found;
}

/* ---- The file ---- */

static void it_is_a_shared_object_for_this_processor(void **state)
{
    struct reader self;

    (void)state;
    reader_open(&self, "/proc/self/exe");
    assert_int_equal(image.header.e_machine, self.header.e_machine);
    assert_int_equal(image.header.e_flags, self.header.e_flags);
    reader_close(&self);
    assert_int_equal(image.header.e_type, ET_DYN);
    assert_int_equal(image.header.e_ident[EI_CLASS], ELFCLASS64);
    assert_int_equal(image.header.e_ident[EI_DATA], ELFDATA2LSB);
    assert_int_equal(image.header.e_version, EV_CURRENT);
}

/* bcc and bpftrace up to 0.24 list nothing in another order. */
static void sections_are_in_the_order_that_bcc_wants(void **state)
{
    const struct reader_section *text = section(".text"), *notes = section(".note.stapsdt");

    (void)state;
    assert_true(text->index < notes->index);
    if (detection == USDT_DYN_DETECT_SEMAPHORE) {
        assert_true(text->index < section(".probes")->index);
        assert_true(section(".probes")->index < notes->index);
    }
}

/* perf takes sh_offset minus the note's base for the shift, libbpf and the kernel file offsets. */
static void addresses_are_offsets(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < image.nsections; i++)
        if ((image.sections[i].header.sh_flags & SHF_ALLOC) != 0)
            assert_int_equal(image.sections[i].header.sh_addr, image.sections[i].header.sh_offset);
    for (i = 0; i < image.nsegments; i++)
        if (image.segments[i].p_type != PT_GNU_STACK)
            assert_int_equal(image.segments[i].p_vaddr, image.segments[i].p_offset);
}

/* Systems refuse such a mapping (SELinux, MemoryDenyWriteExecute). */
static void nothing_is_writable_and_executable(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < image.nsegments; i++)
        assert_int_not_equal(image.segments[i].p_flags & (PF_W | PF_X), PF_W | PF_X);
    for (i = 0; i < image.nsections; i++)
        assert_int_not_equal(image.sections[i].header.sh_flags & (SHF_WRITE | SHF_EXECINSTR),
                             SHF_WRITE | SHF_EXECINSTR);
    assert_null(support_find_mapping("layout", "rwxp"));
}

static void loaded_segments_are_aligned_to_a_page_and_no_more(void **state)
{
    size_t i, loaded = 0;

    (void)state;
    for (i = 0; i < image.nsegments; i++) {
        if (image.segments[i].p_type != PT_LOAD)
            continue;
        assert_int_equal(image.segments[i].p_align, page_size);
        assert_int_equal(image.segments[i].p_offset % page_size, 0);
        assert_int_equal(image.segments[i].p_filesz, image.segments[i].p_memsz); /* no .bss */
        loaded++;
    }
    assert_int_equal(loaded, 2);
}

/* glibc 2.41 refuses to dlopen an object that may want an executable stack. */
static void the_stack_is_not_executable(void **state)
{
    const GElf_Phdr *stack = reader_segment_of_type(&image, PT_GNU_STACK);

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
    if (reader_dynamic(&image, DT_FLAGS_1, &value))
        assert_int_equal(value & DF_1_PIE, 0);
    assert_false(reader_dynamic(&image, DT_TEXTREL, &value));
    assert_false(reader_dynamic(&image, DT_NEEDED, &value));
    assert_false(reader_dynamic(&image, DT_INIT, &value));
    assert_true(reader_dynamic(&image, DT_SYMTAB, &value));
    assert_int_equal(value, section(".dynsym")->header.sh_addr);
    assert_true(reader_dynamic(&image, DT_STRTAB, &value));
    assert_int_equal(value, section(".dynstr")->header.sh_addr);
    assert_true(reader_dynamic(&image, DT_STRSZ, &value));
    assert_int_equal(value, section(".dynstr")->header.sh_size);
}

/* perf keeps files by their build id: that of another image must be another. */
static void the_build_id_is_its_own(void **state)
{
    const struct reader_section *note = section(".note.gnu.build-id");
    const unsigned char *id, *other_id;
    usdt_dyn_provider *other;
    usdt_dyn_probe *probe;
    struct reader other_image;
    size_t size = reader_build_id(&image, &id);

    (void)state;
    assert_int_equal(note->header.sh_type, SHT_NOTE);
    assert_int_equal(note->header.sh_flags, SHF_ALLOC);
    assert_non_null(reader_segment_of_type(&image, PT_NOTE));
    assert_int_equal(reader_segment_of_type(&image, PT_NOTE)->p_offset, note->header.sh_offset);
    assert_true(size >= 16); /* perf reads at most 20, and less than 16 is rare */

    other = support_provider("layout", "other", NULL, 0, &probe);
    assert_ok(usdt_dyn_provider_set_backing(other, backing));
    assert_ok(usdt_dyn_provider_load(other));
    reader_open(&other_image, usdt_dyn_provider_path(other));
    assert_int_equal(reader_build_id(&other_image, &other_id), size);
    assert_memory_not_equal(id, other_id, size);
    reader_close(&other_image);
    usdt_dyn_provider_free(other);
}

/* ---- The notes ---- */

/* perf refuses a note section that is in memory. */
static void the_notes_are_in_the_file_alone(void **state)
{
    const struct reader_section *notes = section(".note.stapsdt");

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
    for (i = 0; i < image.nprobes; i++) {
        const struct reader_probe *probe = &image.probes[i];

        assert_int_equal(probe->size, 3 * sizeof(uint64_t) + strlen(probe->provider) + 1 +
                                          strlen(probe->name) + 1 + strlen(probe->operands) + 1);
    }
}

static void each_probe_has_one_note_with_its_operands(void **state)
{
    size_t i, a;

    (void)state;
    assert_int_equal(image.nprobes, count);
    for (i = 0; i < count; i++) {
        const struct reader_probe *probe = &image.probes[i];
        const char *operand = probe->operands;
        char name[32];

        snprintf(name, sizeof(name), "p%zu", i);
        assert_string_equal(probe->provider, "layout");
        assert_string_equal(probe->name, name);
        for (a = 0; a < nargs_of(i); a++) {
            assert_int_equal(strtol(operand, NULL, 10), sizes[type_of(i, a)]);
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
    const struct reader_section *stapsdt_base = section(".stapsdt.base");
    size_t i;

    (void)state;
    assert_int_equal(stapsdt_base->header.sh_type, SHT_PROGBITS);
    assert_int_equal(stapsdt_base->header.sh_flags, SHF_ALLOC);
    assert_true(stapsdt_base->header.sh_size > 0);
    for (i = 0; i < count; i++)
        assert_int_equal(image.probes[i].base, stapsdt_base->header.sh_addr);
}

/* What a SystemTap note has no room for. */
static void our_notes_have_names_and_types(void **state)
{
    const struct reader_section *notes = section(".note.usdt-dyn");
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

        assert_true(i < count);
        assert_int_equal(note.n_type, 1);
        assert_string_equal(bytes + name, "usdt-dyn");
        memcpy(&site, next, sizeof(site));
        next += sizeof(site);
        assert_int_equal(site, image.probes[i].site);
        assert_string_equal(next, image.probes[i].provider);
        next += strlen(next) + 1;
        assert_string_equal(next, image.probes[i].name);
        next += strlen(next) + 1;
        for (a = 0; a < nargs_of(i); a++) {
            snprintf(expected, sizeof(expected), "n%zu:%s", a, type_names[type_of(i, a)]);
            assert_string_equal(next, expected);
            next += strlen(next) + 1;
        }
        assert_ptr_equal(next, end);
        i++;
    }
    assert_int_equal(i, count);
}

/* ---- Sites and semaphores ---- */

/* The 5- and 10-byte sites are optimised only within one page; libbpf wants them in an executable
 * segment. */
static void each_site_is_executable_and_in_one_page(void **state)
{
    const GElf_Shdr *text = &section(".text")->header;
    size_t i;

    (void)state;
    assert_int_equal(text->sh_flags, SHF_ALLOC | SHF_EXECINSTR);
    for (i = 0; i < count; i++) {
        uint64_t site = image.probes[i].site;
        const GElf_Phdr *segment = reader_segment(&image, site, 16);

        assert_non_null(segment);
        assert_int_equal(segment->p_flags, PF_R | PF_X);
        assert_true(site >= text->sh_addr && site + 16 <= text->sh_addr + text->sh_size);
        assert_int_equal(site % 16, 0);
        assert_true(i == 0 || site > image.probes[i - 1].site);
    }
}

/* What is in memory is what is in the file, as long as nobody traces. */
static void each_site_is_mapped_as_it_is_in_the_file(void **state)
{
    const struct reader_section *text = section(".text");
    size_t i;

    (void)state;
    for (i = 0; i < count; i++) {
        uint64_t site = image.probes[i].site;
        const char *bytes = text->data->d_buf;

        assert_memory_equal(base + site, bytes + (site - text->header.sh_addr), 16);
    }
}

/* Stack traces that were taken at the site have a name for it. */
static void each_site_has_a_symbol(void **state)
{
    const struct reader_section *symbols = section(".dynsym");
    GElf_Sym symbol;
    char name[64];
    size_t i;

    (void)state;
    assert_int_equal(symbols->header.sh_size / symbols->header.sh_entsize, count + 1);
    for (i = 0; i < count; i++) {
        assert_non_null(gelf_getsym(symbols->data, (int)i + 1, &symbol));
        snprintf(name, sizeof(name), "layout__p%zu", i);
        assert_string_equal(elf_strptr(image.elf, symbols->header.sh_link, symbol.st_name), name);
        assert_int_equal(symbol.st_value, image.probes[i].site);
        assert_int_equal(symbol.st_size, 16);
        assert_int_equal(GELF_ST_TYPE(symbol.st_info), STT_FUNC);
        assert_int_equal(symbol.st_shndx, section(".text")->index);
        assert_ptr_equal(dlsym(handle, name), base + image.probes[i].site); /* by .hash */
    }
    assert_null(dlsym(handle, "layout__none"));
}

/* The kernel counts only in a private writable mapping of the file, at an even offset, not in .bss,
 * and not once the dynamic linker has made it read-only; libbpf refuses one that is executable. */
static void each_semaphore_can_be_counted(void **state)
{
    const struct reader_section *words = section(".probes");
    size_t i;

    (void)state;
    assert_int_equal(words->header.sh_type, SHT_PROGBITS);
    assert_int_equal(words->header.sh_flags, SHF_ALLOC | SHF_WRITE);
    assert_int_equal(words->header.sh_addralign, 2);
    assert_int_equal(words->header.sh_size, 2 * count);
    assert_null(reader_segment_of_type(&image, PT_GNU_RELRO));
    for (i = 0; i < count; i++) {
        uint64_t semaphore = image.probes[i].semaphore;
        const GElf_Phdr *segment = reader_segment(&image, semaphore, 2);

        assert_non_null(segment);
        assert_int_equal(segment->p_flags, PF_R | PF_W);
        assert_int_equal(semaphore % 2, 0);
        assert_true(semaphore >= words->header.sh_addr &&
                    semaphore + 2 <= words->header.sh_addr + words->header.sh_size);
        assert_true(i == 0 || semaphore > image.probes[i - 1].semaphore); /* one a probe */
        assert_ptr_equal(usdt_dyn_probe_semaphore(probes[i]), base + semaphore);
        assert_int_equal(*usdt_dyn_probe_semaphore(probes[i]), 0);
    }
    assert_non_null(support_find_mapping("layout", "rw-p"));
    assert_null(support_find_mapping("layout", "rw-s"));
}

/* A forked child gets these pages anew: nothing else may be in them. */
static void semaphores_have_pages_of_their_own(void **state)
{
    const GElf_Shdr *words = &section(".probes")->header, *dynamic = &section(".dynamic")->header;

    (void)state;
    assert_int_equal(words->sh_addr % page_size, 0);
    assert_true(dynamic->sh_addr + dynamic->sh_size <= words->sh_addr);
}

static void without_semaphores_the_notes_have_none(void **state)
{
    size_t i;

    (void)state;
    assert_null(reader_section(&image, ".probes"));
    for (i = 0; i < count; i++) {
        assert_int_equal(image.probes[i].semaphore, 0);
        assert_null(usdt_dyn_probe_semaphore(probes[i]));
    }
}

/* ---- The mapping ---- */

static void a_small_provider_costs_four_pages_at_most(void **state)
{
    size_t pages;

    (void)state;
    assert_true(support_count_mappings("layout", &pages) > 0);
    if (count <= 70)
        assert_in_range(pages, 1, 4);
    else /* what 70 take, and 50 bytes a probe */
        assert_in_range(pages, 4, 4 + 2 + count * 64 / page_size);
}

/* dtrace-utils reads the name of a mapping up to the first blank. */
static void the_name_of_the_mapping_has_no_blank(void **state)
{
    char line[1024];
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t seen = 0;

    (void)state;
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps) != NULL) {
        const char *name = strstr(line, "layout");

        if (name == NULL)
            continue;
        assert_true(strchr(name, ' ') == NULL || strcmp(strchr(name, ' '), " (deleted)\n") == 0);
        seen++;
    }
    fclose(maps);
    assert_true(seen > 0);
}

static bool parse(char **words)
{
    static const char *const backings[] = {"auto", "memfd", "file", "shared"};
    int i;

    detection = strcmp(words[1], "site") == 0 ? USDT_DYN_DETECT_SITE : USDT_DYN_DETECT_SEMAPHORE;
    count = strtoul(words[3], NULL, 10);
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    for (i = 0; i < 4; i++) {
        if (strcmp(words[2], backings[i]) == 0) {
            backing = (usdt_dyn_backing)i;
            return count > 0;
        }
    }
    return false;
}

int main(int nwords, char **words)
{
    const struct CMUnitTest common[] = {
        cmocka_unit_test(it_is_a_shared_object_for_this_processor),
        cmocka_unit_test(sections_are_in_the_order_that_bcc_wants),
        cmocka_unit_test(addresses_are_offsets),
        cmocka_unit_test(nothing_is_writable_and_executable),
        cmocka_unit_test(loaded_segments_are_aligned_to_a_page_and_no_more),
        cmocka_unit_test(the_stack_is_not_executable),
        cmocka_unit_test(the_dynamic_section_asks_for_nothing_special),
        cmocka_unit_test(the_build_id_is_its_own),
        cmocka_unit_test(the_notes_are_in_the_file_alone),
        cmocka_unit_test(each_description_ends_at_the_nul_of_its_operands),
        cmocka_unit_test(each_probe_has_one_note_with_its_operands),
        cmocka_unit_test(the_base_is_noted_and_there),
        cmocka_unit_test(our_notes_have_names_and_types),
        cmocka_unit_test(each_site_is_executable_and_in_one_page),
        cmocka_unit_test(each_site_is_mapped_as_it_is_in_the_file),
        cmocka_unit_test(each_site_has_a_symbol),
        cmocka_unit_test(a_small_provider_costs_four_pages_at_most),
        cmocka_unit_test(the_name_of_the_mapping_has_no_blank),
    };
    const struct CMUnitTest with_semaphores[] = {
        cmocka_unit_test(each_semaphore_can_be_counted),
        cmocka_unit_test(semaphores_have_pages_of_their_own),
    };
    const struct CMUnitTest with_sites[] = {
        cmocka_unit_test(without_semaphores_the_notes_have_none),
    };
    const char *folder;
    int failures;

    if (nwords != 4 || !parse(words))
        return 2;
    /* A shared file would stay. */
    folder = support_make_folder();
    if (backing == USDT_DYN_BACKING_SHARED)
        setenv("USDT_DYN_DIR", folder, 1);
    failures = cmocka_run_group_tests(common, load, unload);
    if (detection == USDT_DYN_DETECT_SEMAPHORE)
        failures += cmocka_run_group_tests(with_semaphores, load, unload);
    else
        failures += cmocka_run_group_tests(with_sites, load, unload);
    support_remove_folder(folder);
    return !!failures;
}
