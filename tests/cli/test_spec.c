/* SPDX-License-Identifier: MIT */
/* A probe in the words of each tracer: names and paths are somebody else's, and may be anything. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/list/spec.h"
#include "test.h"

/* Reads what is printed while `tracer` is told of the probe. */
static char *show(const char *tracer, const struct udyn_found *found)
{
    static char text[4096];
    int kept = dup(STDOUT_FILENO), fd = memfd_create("stdout", MFD_CLOEXEC);
    ssize_t size;

    assert_true(kept >= 0 && fd >= 0);
    fflush(stdout);
    assert_true(dup2(fd, STDOUT_FILENO) >= 0);
    udyn_spec_show(tracer, found);
    fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    size = pread(fd, text, sizeof(text) - 1, 0);
    assert_true(size >= 0);
    text[size] = '\0';
    assert_int_equal(close(fd), 0);
    assert_int_equal(close(kept), 0);
    return text;
}

static struct udyn_catalog_file file = {.fd = -1, .content = {.machine = EM_X86_64}};

static char *show_path(const char *tracer, const char *path)
{
    const struct udyn_read_probe location = {.provider = "a", .name = "b", .operands = ""};
    const struct udyn_found found = {
        .path = path, .file = &file, .locations = &location, .nlocations = 1};

    return show(tracer, &found);
}

static void knows_the_tracers(void **state)
{
    (void)state;
    assert_true(udyn_spec_is_known("bpftrace"));
    assert_true(udyn_spec_is_known("tracefs"));
    assert_false(udyn_spec_is_known("bpf"));
    assert_false(udyn_spec_is_known(""));
}

static void quotes_paths_as_each_tracer_does(void **state)
{
    (void)state;
    assert_string_equal(show_path("bpftrace", "/x/y-1.so"), "usdt:/x/y-1.so:a:b\n");
    assert_string_equal(show_path("bpftrace", "/x y"), "usdt:\"/x y\":a:b\n");
    assert_string_equal(show_path("bcc", "/x+y"), "u:/x+y:a:b\n");
    assert_string_equal(show_path("gdb", "/any'thing"), "break -probe-stap a:b\n");
    assert_string_equal(show_path("perf", "/x"), "perf probe -x /x %sdt_a:b\n");
    assert_string_equal(show_path("perf", "/it's $x"), "perf probe -x '/it'\\''s $x' %sdt_a:b\n");
    assert_string_equal(show_path("tracefs", "/x:y"), "p:a/b /x:y:0x0\n");
    assert_string_equal(show_path("bcc", "/caf\xc3\xa9"), "u:/caf\xc3\xa9:a:b\n");
}

static void leaves_out_what_would_not_be_taken_for_a_path(void **state)
{
    static const char *const wrong[] = {"/x\"y", "/x$(y)",  "/x`y",           "/x;y",
                                        "/x\ny", "/x\xffy", "/x\xe2\x80\xaey"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_string_equal(show_path("bpftrace", wrong[i]), "");
        assert_string_equal(show_path("bcc", wrong[i]), "");
        assert_string_equal(show_path("tracefs", wrong[i]), "");
    }
    assert_string_equal(show_path("perf", "/x\ny"), "");
    assert_string_equal(show_path("perf", "/x\xe2\x80\xaey"), "");
    assert_string_equal(show_path("bpftrace", "/x:y"), "");
    assert_string_equal(show_path("bcc", "/x y"), "");
    assert_string_equal(show_path("tracefs", "/x y"), "");
    /* U+0420: its second byte is one that the kernel takes for a space. */
    assert_string_equal(show_path("tracefs", "/\xd0\xa0"), "");
    assert_string_equal(show_path("tracefs", "/\xd0\xa1"), "p:a/b /\xd0\xa1:0x0\n");
}

static void leaves_out_names_that_are_none(void **state)
{
    static const char *const wrong[] = {"-e", "a b", "a;b", "a:b", "a\nb", "\xc3\xa9"};
    struct udyn_read_probe location = {.operands = ""};
    const struct udyn_found found = {
        .path = "/x", .file = &file, .locations = &location, .nlocations = 1};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        location.provider = wrong[i];
        location.name = "b";
        assert_string_equal(show("gdb", &found), "");
        location.provider = "a";
        location.name = wrong[i];
        assert_string_equal(show("gdb", &found), "");
    }
    location.name = "b-c.d";
    assert_string_equal(show("gdb", &found), "break -probe-stap a:b-c.d\n");
}

static void tells_perf_of_named_files_only(void **state)
{
    const struct udyn_read_probe location = {.provider = "a", .name = "b", .operands = ""};
    const struct udyn_found found = {.path = "/proc/1/fd/3",
                                     .is_unnamed = true,
                                     .file = &file,
                                     .locations = &location,
                                     .nlocations = 1};

    (void)state;
    assert_string_equal(show("perf", &found), "");
    assert_string_equal(show("bpftrace", &found), "usdt:/proc/1/fd/3:a:b\n");
}

/* The kernel's names are words, of 63 and 31 bytes at most; a second location gets a number. */
static void writes_a_uprobe_for_each_location(void **state)
{
    static const char names[] = "id:int32\0"
                                "text:string\0"
                                "an_argument_with_a_name_of_more_than_31_bytes:uint64";
    const struct udyn_read_probe locations[] = {
        {.provider = "1st.app",
         .name = "b-c",
         .operands = "-4@%edi 8@%rsi 8@8(%rsp) 8@%xmm0",
         .names = names,
         .nnames = 3,
         .site_offset = 0x1234,
         .semaphore = 0x9,
         .semaphore_offset = 0x5678},
        {.provider = "1st.app", .name = "b-c", .operands = "", .site_offset = 0x20},
    };
    const struct udyn_found found = {
        .path = "/x", .file = &file, .locations = locations, .nlocations = 2};
    char long_name[80], expected[128];
    const struct udyn_read_probe long_one = {.provider = "a", .name = long_name, .operands = ""};
    const struct udyn_found long_found = {
        .path = "/x", .file = &file, .locations = &long_one, .nlocations = 1};

    (void)state;
    assert_string_equal(show("tracefs", &found),
                        "p:_1st_app/b_c /x:0x1234(0x5678) id=%di:s32 text=+0(%si):string "
                        "an_argument_with_a_name_of_more=+8(%sp):u64\n"
                        "p:_1st_app/b_c_1 /x:0x20\n");
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    snprintf(expected, sizeof(expected), "p:a/%.59s /x:0x0\n", long_name);
    assert_string_equal(show("tracefs", &long_found), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_tracers),
        cmocka_unit_test(quotes_paths_as_each_tracer_does),
        cmocka_unit_test(leaves_out_what_would_not_be_taken_for_a_path),
        cmocka_unit_test(leaves_out_names_that_are_none),
        cmocka_unit_test(tells_perf_of_named_files_only),
        cmocka_unit_test(writes_a_uprobe_for_each_location),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
