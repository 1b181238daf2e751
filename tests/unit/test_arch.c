/* SPDX-License-Identifier: MIT */
#include "arch/arch.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "support.h"
#include "test.h"

static const struct udyn_arch *const arches[] = {&udyn_arch_x86_64, &udyn_arch_aarch64,
                                                 &udyn_arch_riscv64};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_operands(const struct udyn_arch *arch, unsigned int size, bool is_signed,
                           const char *const expected[USDT_DYN_MAX_ARGS])
{
    char text[UDYN_OPERAND_SIZE];
    size_t i;

    for (i = 0; i < USDT_DYN_MAX_ARGS; i++) {
        assert_int_equal(udyn_arch_operand(arch, text, i, size, is_signed), strlen(expected[i]));
        assert_string_equal(text, expected[i]);
    }
}

static void operands_of_x86_64(void **state)
{
    static const char *const int8[] = {"-1@%dil",     "-1@%sil",     "-1@%dl",      "-1@%cl",
                                       "-1@%r8b",     "-1@%r9b",     "-1@8(%rsp)",  "-1@16(%rsp)",
                                       "-1@24(%rsp)", "-1@32(%rsp)", "-1@40(%rsp)", "-1@48(%rsp)"};
    static const char *const uint16[] = {"2@%di",      "2@%si",      "2@%dx",      "2@%cx",
                                         "2@%r8w",     "2@%r9w",     "2@8(%rsp)",  "2@16(%rsp)",
                                         "2@24(%rsp)", "2@32(%rsp)", "2@40(%rsp)", "2@48(%rsp)"};
    static const char *const int32[] = {"-4@%edi",     "-4@%esi",     "-4@%edx",     "-4@%ecx",
                                        "-4@%r8d",     "-4@%r9d",     "-4@8(%rsp)",  "-4@16(%rsp)",
                                        "-4@24(%rsp)", "-4@32(%rsp)", "-4@40(%rsp)", "-4@48(%rsp)"};
    static const char *const uint64[] = {"8@%rdi",     "8@%rsi",     "8@%rdx",     "8@%rcx",
                                         "8@%r8",      "8@%r9",      "8@8(%rsp)",  "8@16(%rsp)",
                                         "8@24(%rsp)", "8@32(%rsp)", "8@40(%rsp)", "8@48(%rsp)"};

    (void)state;
    check_operands(&udyn_arch_x86_64, 1, true, int8);
    check_operands(&udyn_arch_x86_64, 2, false, uint16);
    check_operands(&udyn_arch_x86_64, 4, true, int32);
    check_operands(&udyn_arch_x86_64, 8, false, uint64);
}

static void operands_of_aarch64(void **state)
{
    static const char *const int8[] = {"-1@x0",   "-1@x1",      "-1@x2",       "-1@x3",
                                       "-1@x4",   "-1@x5",      "-1@x6",       "-1@x7",
                                       "-1@[sp]", "-1@[sp, 8]", "-1@[sp, 16]", "-1@[sp, 24]"};
    static const char *const uint64[] = {"8@x0",   "8@x1",      "8@x2",       "8@x3",
                                         "8@x4",   "8@x5",      "8@x6",       "8@x7",
                                         "8@[sp]", "8@[sp, 8]", "8@[sp, 16]", "8@[sp, 24]"};

    (void)state;
    check_operands(&udyn_arch_aarch64, 1, true, int8);
    check_operands(&udyn_arch_aarch64, 8, false, uint64);
}

static void operands_of_riscv64(void **state)
{
    static const char *const int32[] = {"-4@a0",    "-4@a1",    "-4@a2",     "-4@a3",
                                        "-4@a4",    "-4@a5",    "-4@a6",     "-4@a7",
                                        "-4@0(sp)", "-4@8(sp)", "-4@16(sp)", "-4@24(sp)"};

    (void)state;
    check_operands(&udyn_arch_riscv64, 4, true, int32);
}

/* libbpf, bpftrace and gdb give up the whole probe for a floating point register. */
static void no_operand_is_a_vector_register(void **state)
{
    char text[UDYN_OPERAND_SIZE];
    size_t a, i;

    (void)state;
    for (a = 0; a < COUNT(arches); a++) {
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++) {
            (void)udyn_arch_operand(arches[a], text, i, 8, false);
            assert_null(strstr(text, "xmm"));
            assert_null(strstr(text, "@d"));
            assert_null(strstr(text, "@v"));
        }
    }
}

/* ---- Sites ---- */

static int asked;
static int answer;

static int uprobe_errno(void)
{
    asked++;
    return answer;
}

static const char *choice(const char *release, int error)
{
    const struct udyn_kernel kernel = {.release = release, .uprobe_errno = uprobe_errno};

    asked = 0;
    answer = error;
    return udyn_arch_x86_64.choose(&kernel)->name;
}

/* Before 6.18 the call is one that seccomp may kill the program for: it must not be made. */
static void before_6_18_it_is_the_one_byte_nop(void **state)
{
    static const char *const releases[] = {
        "3.10.0-1160.el7.x86_64",                  /* RHEL 7 */
        "4.18.0-553.el8_10.x86_64",                /* RHEL 8 */
        "5.14.0-427.13.1.el9_4.x86_64",            /* RHEL 9 */
        "6.12.0-55.9.1.el10_0.x86_64",             /* RHEL 10 */
        "5.10.0-28-amd64",                         /* Debian 11 */
        "6.1.0-18-amd64",                          /* Debian 12 */
        "6.12.48+deb13-amd64",                     /* Debian 13 */
        "6.16.3-1~bpo13+1-amd64",                  /* Debian back-port */
        "5.15.0-119-generic",                      /* Ubuntu 22.04 */
        "6.8.0-45-generic",                        /* Ubuntu 24.04 */
        "6.17.0-5-generic",                        /* Ubuntu 25.10 */
        "6.14.0-1011-aws",                         /* Ubuntu in a cloud */
        "6.6.30-android15-8-g013ec21bba94-abogki", /* Android */
        "5.15.153.1-microsoft-standard-WSL2",      /* WSL */
        "6.1.112-1.el9.elrepo.x86_64",
        "6.17",
        "6.9.0",
        "2.6.32-754.el6.x86_64",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(releases); i++) {
        assert_string_equal(choice(releases[i], ENXIO), "nop");
        assert_string_equal(choice(releases[i], EPROTO), "nop");
        assert_int_equal(asked, 0);
    }
}

static void from_6_18_on_the_kernel_says(void **state)
{
    static const char *const releases[] = {
        "6.18.44",
        "6.18.0-rc1",
        "6.18.3+deb14-amd64",
        "6.18.0-3-generic",
        "6.19.0-0.rc4.36.fc44.x86_64",
        "7.0.0-10-generic",
        "7.3.0",
        "10.0.1",
        "6.18.5-android17-0-maybe-dirty-4k",
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(releases); i++) {
        assert_string_equal(choice(releases[i], ENXIO), "nop");
        assert_int_equal(asked, 1);
        assert_string_equal(choice(releases[i], EPROTO), "nop10");
        /* Not compiled in, refused by a filter, or something new. */
        assert_string_equal(choice(releases[i], ENOSYS), "nop+nop10");
        assert_string_equal(choice(releases[i], EPERM), "nop+nop10");
        assert_string_equal(choice(releases[i], 0), "nop+nop10");
    }
}

static void a_release_that_says_nothing_gets_the_site_for_all(void **state)
{
    static const char *const releases[] = {"", "linux", "6", "x6.18", "v6.18"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(releases); i++) {
        assert_string_equal(choice(releases[i], ENXIO), "nop+nop10");
        assert_int_equal(asked, 0);
    }
}

/* Only a kernel that said so can attach the 10-byte nop, so it is noted directly for no other. The
 * site that forks badly is known as such. */
static void site_bytes_of_x86_64(void **state)
{
    static const struct {
        const char *name;
        const char *code;
        size_t size;
        uint8_t fork_call;
    } sites[] = {
        {"nop", "\x90\xc3", 2, 0},
        {"nop5", "\x0f\x1f\x44\x00\x00\xc3", 6, 0xe8},
        {"nop10", "\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00\xc3", 11, 0},
        {"nop+nop10", "\x90\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00\xc3", 12, 0},
    };
    size_t i, j;

    (void)state;
    assert_int_equal(udyn_arch_x86_64.nsites, COUNT(sites));
    for (i = 0; i < COUNT(sites); i++) {
        const struct udyn_site *site = udyn_arch_site(&udyn_arch_x86_64, sites[i].name);

        assert_non_null(site);
        assert_memory_equal(site->code, sites[i].code, sites[i].size);
        assert_int_equal(site->fork_call, sites[i].fork_call);
        for (j = sites[i].size; j < UDYN_SITE_SIZE; j++)
            assert_int_equal(site->code[j], 0xcc);
    }
    assert_null(udyn_arch_site(&udyn_arch_x86_64, "nop6"));
    assert_null(udyn_arch_site(&udyn_arch_x86_64, ""));
}

static void other_processors_have_one_nop(void **state)
{
    const struct udyn_kernel kernel = {.release = "6.18.0", .uprobe_errno = uprobe_errno};

    (void)state;
    asked = 0;
    assert_memory_equal(udyn_arch_aarch64.choose(&kernel)->code, "\x1f\x20\x03\xd5\xc0\x03\x5f\xd6",
                        8); /* nop; ret */
    assert_memory_equal(udyn_arch_riscv64.choose(&kernel)->code, "\x13\x00\x00\x00\x67\x80\x00\x00",
                        8); /* nop; ret */
    assert_int_equal(asked, 0);
    assert_int_equal(udyn_arch_x86_64.machine, EM_X86_64);
    assert_int_equal(udyn_arch_aarch64.machine, EM_AARCH64);
    assert_int_equal(udyn_arch_riscv64.machine, EM_RISCV);
}

static void numbers(void **state)
{
    static const char *const expected[] = {"0", "8", "10", "99", "100", "999"};
    static const unsigned int given[] = {0, 8, 10, 99, 100, 999};
    char text[8];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(given); i++) {
        assert_ptr_equal(udyn_put_number(text, given[i]), text + strlen(expected[i]));
        assert_string_equal(text, expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_of_x86_64),
        cmocka_unit_test(operands_of_aarch64),
        cmocka_unit_test(operands_of_riscv64),
        cmocka_unit_test(no_operand_is_a_vector_register),
        cmocka_unit_test(before_6_18_it_is_the_one_byte_nop),
        cmocka_unit_test(from_6_18_on_the_kernel_says),
        cmocka_unit_test(a_release_that_says_nothing_gets_the_site_for_all),
        cmocka_unit_test(site_bytes_of_x86_64),
        cmocka_unit_test(other_processors_have_one_nop),
        cmocka_unit_test(numbers),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
