/* SPDX-License-Identifier: MIT */
/* What the layout of an image promises to the rest of the library; what tracers need of it is
 * tested in ../structure. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "core/provider.h"
#include "image/content.h"
#include "support.h"
#include "test.h"

static usdt_dyn_provider *provider;

static int make_provider(void **state)
{
    static const usdt_dyn_arg args[] = {{"id", USDT_DYN_INT64}};
    usdt_dyn_probe *probe;
    char name[16];
    int i;

    (void)state;
    if (usdt_dyn_provider_new(&provider, "unit") < 0)
        return -1;
    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "p%d", i);
        if (usdt_dyn_provider_add_probe(provider, &probe, name, args, 1) < 0)
            return -1;
    }
    return 0;
}

static int free_provider(void **state)
{
    (void)state;
    usdt_dyn_provider_free(provider);
    return 0;
}

static struct udyn_content_request request(const struct udyn_arch *arch)
{
    return (struct udyn_content_request){
        .arch = arch,
        .site = &arch->sites[0],
        .page_size = 4096,
        .provider = provider->name,
        .probes = provider->probes,
        .count = provider->count,
        .detection = USDT_DYN_DETECT_SEMAPHORE,
    };
}

static void build(struct udyn_content *content, const struct udyn_content_request *wanted)
{
    assert_ok(udyn_content_build(content, wanted));
}

/* The header is the processor's, the sites begin on a page, and the switch is the type of
 * .note.stapsdt. */
static void check_layout(const struct udyn_content_request *wanted)
{
    struct udyn_content content;
    Elf64_Ehdr header;
    Elf64_Word type;

    build(&content, wanted);
    memcpy(&header, content.file.bytes, sizeof(header));
    assert_int_equal(header.e_machine, wanted->arch->machine);
    assert_int_equal(header.e_flags, wanted->arch->flags);
    assert_int_equal(header.e_shoff, content.section_headers);
    assert_int_equal(content.file.size, header.e_shoff + header.e_shnum * sizeof(Elf64_Shdr));
    assert_int_equal(content.sections[UDYN_SECTION_TEXT].offset % wanted->page_size, 0);
    memcpy(&type, content.file.bytes + udyn_content_notes_switch(&content), sizeof(type));
    assert_int_equal(type, SHT_NOTE);
    udyn_content_free(&content);
}

static void the_layout_is_for_processor_and_page_size(void **state)
{
    static const struct udyn_arch *const arches[] = {&udyn_arch_x86_64, &udyn_arch_aarch64,
                                                     &udyn_arch_riscv64};
    size_t a, page_size;
    int how;

    (void)state;
    for (a = 0; a < 3; a++) {
        for (page_size = 4096; page_size <= 65536; page_size *= 4) {
            for (how = USDT_DYN_DETECT_SEMAPHORE; how <= USDT_DYN_DETECT_SITE; how++) {
                struct udyn_content_request wanted = request(arches[a]);

                wanted.detection = (usdt_dyn_detection)how;
                wanted.page_size = page_size;
                check_layout(&wanted);
            }
        }
    }
}

static const unsigned char *build_id(const struct udyn_content *content)
{
    return content->file.bytes + content->build_id;
}

/* The same probes give the same bytes, in every process: SHARED finds its file by that. Anything
 * else that is different gives another build id. */
static void the_build_id_tells_the_content(void **state)
{
    struct udyn_content_request base = request(&udyn_arch_x86_64), other;
    struct udyn_content a, b;
    int i;

    (void)state;
    build(&a, &base);
    build(&b, &base);
    assert_memory_equal(build_id(&a), build_id(&b), UDYN_BUILD_ID_SIZE);
    udyn_content_free(&b);
    for (i = 0; i < 6; i++) {
        other = base;
        if (i == 0)
            other.provider = "other";
        else if (i == 1)
            other.count--;
        else if (i == 2)
            other.detection = USDT_DYN_DETECT_SITE;
        else if (i == 3)
            other.site = udyn_arch_site(&udyn_arch_x86_64, "nop5");
        else if (i == 4)
            other.page_size = 16384;
        else
            other.probes++, other.count--;
        build(&b, &other);
        assert_memory_not_equal(build_id(&a), build_id(&b), UDYN_BUILD_ID_SIZE);
        udyn_content_free(&b);
    }
    udyn_content_free(&a);
}

/* A type is in the note of names alone: pointer and uint64 have the same operand. */
static void the_build_id_tells_types_of_one_operand(void **state)
{
    const struct udyn_content_request base = request(&udyn_arch_x86_64);
    struct udyn_probe *probe = provider->probes[0];
    struct udyn_content a, b;

    (void)state;
    probe->types[0] = USDT_DYN_UINT64;
    build(&a, &base);
    probe->types[0] = USDT_DYN_POINTER;
    build(&b, &base);
    probe->types[0] = USDT_DYN_INT64;
    assert_memory_not_equal(build_id(&a), build_id(&b), UDYN_BUILD_ID_SIZE);
    udyn_content_free(&a);
    udyn_content_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_is_for_processor_and_page_size),
        cmocka_unit_test(the_build_id_tells_the_content),
        cmocka_unit_test(the_build_id_tells_types_of_one_operand),
    };

    return !!cmocka_run_group_tests(tests, make_provider, free_provider);
}
