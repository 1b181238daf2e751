/* SPDX-License-Identifier: MIT */
/*
 * Firing without a tracer: the semaphore is set by hand, and the site is a function of this test
 * that keeps what it was called with.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/probe.h"
#include "support.h"
#include "test.h"

static uint64_t seen[USDT_DYN_MAX_ARGS];
static int calls;

/* So many of the values are strings, which are gone after the fire. */
static size_t strings_seen;
static char texts_seen[USDT_DYN_MAX_ARGS][8192];

static void record(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f,
                   uint64_t g, uint64_t h, uint64_t i, uint64_t j, uint64_t k, uint64_t l)
{
    const uint64_t values[] = {a, b, c, d, e, f, g, h, i, j, k, l};

    memcpy(seen, values, sizeof(seen));
    calls++;
    for (size_t at = 0; at < strings_seen; at++)
        snprintf(texts_seen[at], sizeof(texts_seen[at]), "%s",
                 values[at] == 0 ? "" : (const char *)(uintptr_t)values[at]);
}

static usdt_dyn_provider *provider;
static usdt_dyn_probe *probe;

/* An enabled probe with the site that it has outside of tests. */
static void make_real_probe(size_t nargs, usdt_dyn_type type)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    size_t i;

    for (i = 0; i < nargs; i++)
        args[i] = (usdt_dyn_arg){names[i], type};
    usdt_dyn_provider_free(provider);
    provider = support_provider("unit", "p", args, nargs, &probe);
    assert_ok(usdt_dyn_provider_load(provider));
    support_set_semaphore(probe, 1);
}

static void make_probe(size_t nargs, usdt_dyn_type type)
{
    make_real_probe(nargs, type);
    ((struct udyn_probe *)probe)->site = (const void *)(uintptr_t)record;
    memset(seen, 0xee, sizeof(seen));
    calls = 0;
}

/* Memory that ends where the next page may not be touched. */
static void *before_guard(size_t size)
{
    static char *pages;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;

    if (pages != NULL)
        munmap(pages, 17 * page);
    pages = mmap(NULL, 17 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED && whole <= 16 * page);
    assert_int_equal(mprotect(pages + whole, page, PROT_NONE), 0);
    return pages + whole - size;
}

static void every_number_of_values_arrives(void **state)
{
    size_t n, i;

    (void)state;
    for (n = 0; n <= USDT_DYN_MAX_ARGS; n++) {
        uint64_t *values = before_guard(n * sizeof(*values));

        make_probe(n, USDT_DYN_UINT64);
        for (i = 0; i < n; i++)
            values[i] = 0xf000000000000000U + 1000 * n + i;
        usdt_dyn_probe_fire(probe, n > 0 ? values : NULL, n);
        assert_int_equal(calls, 1);
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
            assert_int_equal(seen[i], i < n ? values[i] : 0);
    }
}

static void a_disabled_probe_is_not_fired(void **state)
{
    (void)state;
    make_probe(2, USDT_DYN_UINT64);
    support_set_semaphore(probe, 0);
    usdt_dyn_probe_fire(probe, before_guard(0), 2); /* nothing may be read */
    usdt_dyn_probe_fire(probe, NULL, 7);
    assert_int_equal(calls, 0);
}

/* A wrong number: not fired, nothing read (the array is of no bytes at all), a sentence. */
static void a_wrong_number_of_values_reads_nothing(void **state)
{
    static const struct {
        size_t nargs;
        size_t nvalues;
        const char *words;
    } cases[] = {
        {12, 11, "probe p has 12 arguments but was fired with 11"},
        {12, 0, "probe p has 12 arguments but was fired with 0"},
        {0, 1, "probe p has 0 arguments but was fired with 1"},
        {3, 13, "probe p has 3 arguments but was fired with 13"},
        {3, SIZE_MAX, "probe p has 3 arguments"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_probe(cases[i].nargs, USDT_DYN_STRING);
        usdt_dyn_probe_fire(probe, before_guard(0), cases[i].nvalues);
        assert_int_equal(calls, 0);
        assert_non_null(strstr(usdt_dyn_last_error(), cases[i].words));
    }
}

static void no_values_where_some_are_needed(void **state)
{
    (void)state;
    make_probe(2, USDT_DYN_UINT64);
    usdt_dyn_probe_fire(probe, NULL, 2);
    assert_int_equal(calls, 0);
    assert_non_null(strstr(usdt_dyn_last_error(), "fired with NULL"));
}

static void a_string_may_be_null(void **state)
{
    const uint64_t values[] = {0, (uintptr_t) "x"};

    (void)state;
    make_probe(2, USDT_DYN_STRING);
    usdt_dyn_probe_fire(probe, values, 2);
    assert_int_equal(calls, 1);
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], values[1]);
}

/* A number is no address: it is not read, whatever it is. */
static void only_strings_are_read(void **state)
{
    static const usdt_dyn_type types[] = {USDT_DYN_UINT64, USDT_DYN_POINTER, USDT_DYN_DOUBLE,
                                          USDT_DYN_INT8};
    const uint64_t value = 1;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        make_probe(1, types[i]);
        usdt_dyn_probe_fire(probe, &value, 1);
        assert_int_equal(calls, 1);
        assert_int_equal(seen[0], 1);
    }
}

/* Read up to the NUL, and never more than 64 KiB. */
static void a_string_is_read_within_its_bounds(void **state)
{
    char *string = before_guard(6);
    uint64_t value = (uintptr_t)string;

    (void)state;
    memcpy(string, "bread", 6);
    make_probe(1, USDT_DYN_STRING);
    usdt_dyn_probe_fire(probe, &value, 1);
    assert_int_equal(calls, 1);

    string = before_guard(64 * 1024);
    memset(string, 'x', 64 * 1024);
    value = (uintptr_t)string;
    usdt_dyn_probe_fire(probe, &value, 1);
    assert_int_equal(calls, 2);
}

/* A page of a file that this process has not touched. */
static char *untouched_page(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char path[] = "/tmp/usdt-dyn-unit.XXXXXX", *string;
    int fd = mkstemp(path);

    assert_true(fd >= 0 && unlink(path) == 0 && write(fd, "bread", 6) == 6);
    string = mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(string != MAP_FAILED);
    close(fd);
    return string;
}

/* Is it in the process's page table? A tracer's copy depends on that. */
static bool is_in_memory(const char *string)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    uint64_t entry = 0;

    assert_int_equal(pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)string / page * 8)), 8);
    close(fd);
    return entry >> 63 != 0; /* bit 63: the page is present */
}

static void fire_string(const char *string)
{
    uint64_t value = (uintptr_t)string;

    usdt_dyn_probe_fire(probe, &value, 1);
}

static void a_string_never_touched_is_in_memory_afterwards(void **state)
{
    char *string = untouched_page();

    (void)state;
    make_probe(1, USDT_DYN_STRING);
    assert_false(is_in_memory(string));
    fire_string(string);
    assert_true(is_in_memory(string));
    munmap(string, 1);
}

/* A child has not the pages of a file that its parent has touched. */
/* Does the kernel give a child of any fork an empty page where it was asked to? qemu's user mode
 * only says so. */
static bool fork_wipes(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    char *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int status = 1;
    pid_t child;

    assert_true(page != MAP_FAILED);
    *page = 1;
    if (madvise(page, size, MADV_WIPEONFORK) == 0) {
        child = _Fork();
        if (child == 0)
            _exit(*page);
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    munmap(page, size);
    return status == 0;
}

static void a_child_touches_a_string_anew(void **state)
{
    char *string = untouched_page();
    pid_t child;
    int status;

    (void)state;
    if (!fork_wipes())
        skip();
    make_probe(1, USDT_DYN_STRING);
    fire_string(string);
    child = _Fork();
    if (child == 0) {
        status = is_in_memory(string) ? 2 : 0;
        fire_string(string);
        _exit(is_in_memory(string) ? status : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    munmap(string, 1);
}

static void errno_is_kept(void **state)
{
    const uint64_t values[] = {1, 2};

    (void)state;
    make_probe(2, USDT_DYN_UINT64);
    errno = ENOTTY;
    usdt_dyn_probe_fire(probe, values, 2);
    assert_int_equal(errno, ENOTTY);
    usdt_dyn_probe_fire(probe, values, 1); /* refused */
    assert_int_equal(errno, ENOTTY);
    support_set_semaphore(probe, 0);
    usdt_dyn_probe_fire(probe, values, 2);
    assert_int_equal(errno, ENOTTY);
    assert_int_equal(calls, 1);
}

/* It is a nop and a return. */
static void the_real_site_returns(void **state)
{
    const uint64_t values[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

    (void)state;
    make_real_probe(12, USDT_DYN_UINT64);
    calls = 0;
    usdt_dyn_probe_fire(probe, values, 12);
    assert_int_equal(calls, 0);
    assert_true(usdt_dyn_enabled(probe));
}

#define TAGGED(n) ((uintptr_t)(n)*2 + 1)

static void tagged_integers_arrive(void **state)
{
    static const int64_t integers[] = {0, 1, -1, INT64_MAX >> 1, INT64_MIN / 2};
    uintptr_t words[1 + USDT_DYN_MAX_ARGS];
    size_t n, i;

    (void)state;
    for (n = 0; n <= USDT_DYN_MAX_ARGS; n++) {
        make_probe(n, USDT_DYN_INT64);
        words[0] = TAGGED(probe);
        for (i = 0; i < n; i++)
            words[1 + i] = TAGGED(integers[(n + i) % 5]);
        assert_int_equal(usdt_dyn_probe_fire_tagged((int)n + 1, words, 0), TAGGED(1));
        assert_int_equal(calls, 1);
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
            assert_int_equal(seen[i], i < n ? integers[(n + i) % 5] : 0);
    }
}

static void words_that_are_no_integers_are_not_fired(void **state)
{
    const uintptr_t fine[] = {0, TAGGED(1), TAGGED(127)}, address[] = {0, TAGGED(1), 0x1000},
                    large[] = {0, TAGGED(128), TAGGED(1)};
    const uintptr_t *const bad[] = {address, large};
    uintptr_t words[4] = {0};
    size_t i;

    (void)state;
    make_probe(2, USDT_DYN_INT8);
    for (i = 0; i < 2; i++) {
        memcpy(words, bad[i], sizeof(fine));
        words[0] = TAGGED(probe);
        assert_int_equal(usdt_dyn_probe_fire_tagged(3, words, 0), TAGGED(-1));
    }
    memcpy(words, fine, sizeof(fine));
    words[0] = TAGGED(probe);
    words[3] = TAGGED(1);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(-1));
    assert_int_equal(usdt_dyn_probe_fire_tagged(4, words, 0), TAGGED(-1));
    assert_int_equal(usdt_dyn_probe_fire_tagged(1000, words, 0), TAGGED(-1));
    assert_int_equal(calls, 0);
    assert_int_equal(usdt_dyn_probe_fire_tagged(3, words, 0), TAGGED(1));
    assert_int_equal(calls, 1);

    make_probe(1, USDT_DYN_DOUBLE);
    words[0] = TAGGED(probe);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(-1));
    assert_int_equal(calls, 0);
}

static void the_tagged_address_of_a_string_arrives(void **state)
{
    uintptr_t words[] = {0, TAGGED("x")};

    (void)state;
    make_probe(1, USDT_DYN_STRING);
    words[0] = TAGGED(probe);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(1));
    assert_string_equal((const char *)(uintptr_t)seen[0], "x");
}

static void tagged_words_without_an_enabled_probe(void **state)
{
    uintptr_t words[] = {0, TAGGED(1)};

    (void)state;
    make_probe(1, USDT_DYN_INT64);
    support_set_semaphore(probe, 0);
    words[0] = TAGGED(probe);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(0));
    assert_int_equal(usdt_dyn_probe_fire_tagged(0, NULL, 0), TAGGED(0));
    words[0] = TAGGED(0);
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(0));
    words[0] = (uintptr_t)probe; /* not tagged */
    assert_int_equal(usdt_dyn_probe_fire_tagged(2, words, 0), TAGGED(0));
    assert_int_equal(calls, 0);
}

/* What is fired for strings with these lengths, of which none has a NUL or a byte behind it. */
static void expect_sized(size_t nargs, size_t length, size_t expected)
{
    uint64_t values[USDT_DYN_MAX_ARGS];
    size_t lengths[USDT_DYN_MAX_ARGS];
    char *text = before_guard(length);
    size_t i;

    memset(text, 'x', length);
    make_probe(nargs, USDT_DYN_STRING);
    for (i = 0; i < nargs; i++) {
        values[i] = (uintptr_t)text;
        lengths[i] = length;
    }
    strings_seen = nargs;
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, values, lengths, nargs, NULL, 0), 1);
    for (i = 0; i < nargs; i++) {
        assert_int_equal(strlen(texts_seen[i]), expected);
        assert_int_equal(strspn(texts_seen[i], "x"), expected);
    }
    strings_seen = 0;
}

static void a_string_with_a_length_ends_there(void **state)
{
    (void)state;
    expect_sized(1, 1, 1);
    expect_sized(1, 4095, 4095);
    expect_sized(1, 4096, 4095);
    expect_sized(1, 50000, 4095);
    expect_sized(2, 2047, 2047);
    expect_sized(2, 2048, 2047);
    expect_sized(12, 50000, 340);
}

static void other_values_go_by_the_address(void **state)
{
    static const char text[] = "terminated";
    const size_t lengths[] = {USDT_DYN_NUL_TERMINATED, 3, 0};
    const uint64_t values[] = {(uintptr_t)text, 0, (uintptr_t)text};
    const uint64_t numbers[] = {1, 2};

    (void)state;
    make_probe(3, USDT_DYN_STRING);
    strings_seen = 3;
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, values, lengths, 3, NULL, 0), 1);
    strings_seen = 0;
    assert_true(seen[0] == (uintptr_t)text && seen[1] == 0);
    assert_string_equal(texts_seen[2], "");
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, values, NULL, 3, NULL, 0), 1);
    assert_memory_equal(seen, values, sizeof(values));
    make_probe(2, USDT_DYN_INT64);
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, numbers, lengths, 2, NULL, 0), 1);
    assert_memory_equal(seen, numbers, sizeof(numbers));
}

static void it_tells_what_has_happened(void **state)
{
    const uint64_t values[] = {1, 2};
    char error[256] = "before", cut[8];

    (void)state;
    make_probe(2, USDT_DYN_STRING);
    support_set_semaphore(probe, 0);
    /* Not enabled: nothing is read, whatever its length. */
    assert_int_equal(
        usdt_dyn_probe_fire_sized(probe, values, (size_t[]){9, 9}, 2, error, sizeof(error)), 0);
    assert_string_equal(error, "");
    assert_int_equal(usdt_dyn_probe_fire_sized(NULL, NULL, NULL, 2, error, sizeof(error)), 0);
    assert_int_equal(calls, 0);

    support_set_semaphore(probe, 1);
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, values, NULL, 3, error, sizeof(error)),
                     -EINVAL);
    assert_string_equal(error, "probe p has 2 arguments but was fired with 3: not fired");
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, NULL, NULL, 2, cut, sizeof(cut)), -EINVAL);
    assert_string_equal(cut, "probe p");
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, NULL, NULL, 2, cut, 0), -EINVAL);
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, NULL, NULL, 2, NULL, 9), -EINVAL);
    assert_int_equal(calls, 0);
    assert_int_equal(usdt_dyn_probe_fire_sized(probe, values, NULL, 2, error, sizeof(error)), 1);
    assert_string_equal(error, "");
    assert_int_equal(calls, 1);
}

/* The three instructions that the header promises. */
static bool check_by_hand(const usdt_dyn_probe *checked)
{
#if defined(__x86_64__)
    bool is_enabled;

    __asm__ volatile("mov (%1), %%rax\n\tcmpw $0, (%%rax)\n\tsetne %0"
                     : "=r"(is_enabled)
                     : "r"(checked)
                     : "rax", "cc", "memory");
    return is_enabled;
#else
    const volatile uint16_t *watched;

    memcpy(&watched, checked, sizeof(watched));
    return *watched != 0;
#endif
}

static void the_check_can_be_made_by_hand(void **state)
{
    uint16_t pristine;

    (void)state;
    make_probe(0, USDT_DYN_INT64);
    assert_true(check_by_hand(probe));
    support_set_semaphore(probe, 0);
    assert_false(check_by_hand(probe));
    memcpy(&pristine, (const char *)probe + sizeof(void *), sizeof(pristine));
    assert_int_equal(pristine, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_values_arrives),
        cmocka_unit_test(a_disabled_probe_is_not_fired),
        cmocka_unit_test(a_wrong_number_of_values_reads_nothing),
        cmocka_unit_test(no_values_where_some_are_needed),
        cmocka_unit_test(a_string_may_be_null),
        cmocka_unit_test(only_strings_are_read),
        cmocka_unit_test(a_string_is_read_within_its_bounds),
        cmocka_unit_test(a_string_never_touched_is_in_memory_afterwards),
        cmocka_unit_test(a_child_touches_a_string_anew),
        cmocka_unit_test(errno_is_kept),
        cmocka_unit_test(the_real_site_returns),
        cmocka_unit_test(tagged_integers_arrive),
        cmocka_unit_test(words_that_are_no_integers_are_not_fired),
        cmocka_unit_test(the_tagged_address_of_a_string_arrives),
        cmocka_unit_test(tagged_words_without_an_enabled_probe),
        cmocka_unit_test(a_string_with_a_length_ends_there),
        cmocka_unit_test(other_values_go_by_the_address),
        cmocka_unit_test(it_tells_what_has_happened),
        cmocka_unit_test(the_check_can_be_made_by_hand),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);

    usdt_dyn_provider_free(provider);
    return !!failures;
}
