/* SPDX-License-Identifier: MIT */
/* Sites and semaphores: where the kernel puts a breakpoint and counts. */
#include <dlfcn.h>
#include <stdio.h>

#include "groups.h"
#include "loaded.h"
#include "support.h"
#include "test.h"

/* The 5- and 10-byte sites are optimised only within one page; libbpf wants them in an executable
 * segment. */
static void each_site_is_executable_and_in_one_page(void **state)
{
    const GElf_Shdr *text = &loaded_section(".text")->header;
    size_t i;

    (void)state;
    assert_int_equal(text->sh_flags, SHF_ALLOC | SHF_EXECINSTR);
    for (i = 0; i < loaded.count; i++) {
        uint64_t site = loaded.image.probes[i].site;
        const GElf_Phdr *segment = reader_segment(&loaded.image, site, 16);

        assert_non_null(segment);
        assert_int_equal(segment->p_flags, PF_R | PF_X);
        assert_true(site >= text->sh_addr && site + 16 <= text->sh_addr + text->sh_size);
        assert_int_equal(site % 16, 0);
        assert_true(i == 0 || site > loaded.image.probes[i - 1].site);
    }
}

/* What is in memory is what is in the file, as long as nobody traces. */
static void each_site_is_mapped_as_it_is_in_the_file(void **state)
{
    const struct reader_section *text = loaded_section(".text");
    size_t i;

    (void)state;
    for (i = 0; i < loaded.count; i++) {
        uint64_t site = loaded.image.probes[i].site;
        const char *bytes = text->data->d_buf;

        assert_memory_equal(loaded.base + site, bytes + (site - text->header.sh_addr), 16);
    }
}

/* Stack traces that were taken at the site have a name for it. */
static void each_site_has_a_symbol(void **state)
{
    const struct reader_section *symbols = loaded_section(".dynsym");
    GElf_Sym symbol;
    char name[64];
    size_t i;

    (void)state;
    assert_int_equal(symbols->header.sh_size / symbols->header.sh_entsize, loaded.count + 1);
    for (i = 0; i < loaded.count; i++) {
        assert_non_null(gelf_getsym(symbols->data, (int)i + 1, &symbol));
        snprintf(name, sizeof(name), "layout__p%zu", i);
        assert_string_equal(elf_strptr(loaded.image.elf, symbols->header.sh_link, symbol.st_name),
                            name);
        assert_int_equal(symbol.st_value, loaded.image.probes[i].site);
        assert_int_equal(symbol.st_size, 16);
        assert_int_equal(GELF_ST_TYPE(symbol.st_info), STT_FUNC);
        assert_int_equal(symbol.st_shndx, loaded_section(".text")->index);
        assert_ptr_equal(dlsym(loaded.handle, name),
                         loaded.base + loaded.image.probes[i].site); /* by .hash */
    }
    assert_null(dlsym(loaded.handle, "layout__none"));
}

/* The kernel counts only in a private writable mapping of the file, at an even offset, not in .bss,
 * and not once the dynamic linker has made it read-only; libbpf refuses one that is executable. */
static void each_semaphore_can_be_counted(void **state)
{
    const struct reader_section *words = loaded_section(".probes");
    size_t i;

    (void)state;
    assert_int_equal(words->header.sh_type, SHT_PROGBITS);
    assert_int_equal(words->header.sh_flags, SHF_ALLOC | SHF_WRITE);
    assert_int_equal(words->header.sh_addralign, 2);
    assert_int_equal(words->header.sh_size, 2 * loaded.count);
    assert_null(reader_segment_of_type(&loaded.image, PT_GNU_RELRO));
    for (i = 0; i < loaded.count; i++) {
        uint64_t semaphore = loaded.image.probes[i].semaphore;
        const GElf_Phdr *segment = reader_segment(&loaded.image, semaphore, 2);

        assert_non_null(segment);
        assert_int_equal(segment->p_flags, PF_R | PF_W);
        assert_int_equal(semaphore % 2, 0);
        assert_true(semaphore >= words->header.sh_addr &&
                    semaphore + 2 <= words->header.sh_addr + words->header.sh_size);
        assert_true(i == 0 || semaphore > loaded.image.probes[i - 1].semaphore); /* one a probe */
        assert_ptr_equal(usdt_dyn_probe_semaphore(loaded.probes[i]), loaded.base + semaphore);
        assert_int_equal(*usdt_dyn_probe_semaphore(loaded.probes[i]), 0);
    }
    assert_non_null(support_find_mapping("layout", "rw-p"));
    assert_null(support_find_mapping("layout", "rw-s"));
}

/* A forked child gets these pages anew, with those of the sites and in one call: they follow on
 * each other, and nothing else may be in them. */
static void semaphores_have_pages_of_their_own(void **state)
{
    const GElf_Shdr *text = &loaded_section(".text")->header,
                    *words = &loaded_section(".probes")->header,
                    *dynamic = &loaded_section(".dynamic")->header;

    (void)state;
    assert_int_equal(words->sh_addr % loaded.page_size, 0);
    assert_true(words->sh_addr - (text->sh_addr + text->sh_size) < loaded.page_size);
    assert_int_equal(dynamic->sh_addr % loaded.page_size, 0);
    assert_true(words->sh_addr + words->sh_size <= dynamic->sh_addr);
}

static void without_semaphores_the_notes_have_none(void **state)
{
    size_t i;

    (void)state;
    assert_null(reader_section(&loaded.image, ".probes"));
    for (i = 0; i < loaded.count; i++) {
        assert_int_equal(loaded.image.probes[i].semaphore, 0);
        assert_null(usdt_dyn_probe_semaphore(loaded.probes[i]));
    }
}

int test_sites(void)
{
    const struct CMUnitTest common[] = {
        cmocka_unit_test(each_site_is_executable_and_in_one_page),
        cmocka_unit_test(each_site_is_mapped_as_it_is_in_the_file),
        cmocka_unit_test(each_site_has_a_symbol),
    };
    const struct CMUnitTest with_semaphores[] = {
        cmocka_unit_test(each_semaphore_can_be_counted),
        cmocka_unit_test(semaphores_have_pages_of_their_own),
    };
    const struct CMUnitTest without_semaphores[] = {
        cmocka_unit_test(without_semaphores_the_notes_have_none),
    };
    int failures = cmocka_run_group_tests(common, loaded_make, loaded_free);

    if (loaded.detection == USDT_DYN_DETECT_SEMAPHORE)
        return failures + cmocka_run_group_tests(with_semaphores, loaded_make, loaded_free);
    return failures + cmocka_run_group_tests(without_semaphores, loaded_make, loaded_free);
}
