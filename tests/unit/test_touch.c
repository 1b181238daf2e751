/* SPDX-License-Identifier: MIT */
/* Which pages are in memory after a string in them is touched for a tracer. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"
#include "system/system.h"
#include "test.h"

#define PAGES 256

static size_t page_size;
static char *pages;

static int map_pages(void **state)
{
    (void)state;
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    pages = mmap(NULL, PAGES * page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    /* A huge page would bring in all of them at once. Without them in the kernel it fails. */
    (void)madvise(pages, PAGES * page_size, MADV_NOHUGEPAGE);
    return 0;
}

static int unmap_pages(void **state)
{
    (void)state;
    return munmap(pages, PAGES * page_size);
}

static void touch(size_t offset)
{
    udyn_system_touch_string((uint64_t)(uintptr_t)(pages + offset));
}

/* proc(5), /proc/PID/pagemap: bit 63 is that the page is present. */
static bool is_present(size_t page)
{
    int flags = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    off_t place = (off_t)(((uintptr_t)pages / page_size + page) * sizeof(uint64_t));
    uint64_t entry = 0;

    assert_true(flags >= 0);
    assert_int_equal(pread(flags, &entry, sizeof(entry), place), sizeof(entry));
    assert_int_equal(close(flags), 0);
    return entry >> 63 != 0;
}

/* In one tick of the clock as a rule: of so many pages none may be taken for another. */
static void each_of_many_pages_is_touched(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < PAGES; i++)
        assert_false(is_present(i));
    for (i = 0; i < PAGES; i++)
        touch(i * page_size);
    for (i = 0; i < PAGES; i++)
        assert_true(is_present(i));
}

/* The first 4 KiB of a string, and no page more. */
static void a_string_over_two_pages_touches_both(void **state)
{
    (void)state;
    touch(3 * page_size - 1);
    assert_false(is_present(1));
    assert_true(is_present(2) && is_present(3));
    assert_false(is_present(4));
    touch(8 * page_size);
    assert_false(is_present(7));
    assert_true(is_present(8));
    assert_false(is_present(9));
}

static void any_address_may_be_touched(void **state)
{
    (void)state;
    udyn_system_touch_string(0);
    udyn_system_touch_string(1);
    udyn_system_touch_string(UINT64_MAX);
    udyn_system_touch_string(1ULL << 63);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, map_pages, unmap_pages)

/* As before every fire: the library keeps what it touched where it keeps its lock. */
static int load(void **state)
{
    usdt_dyn_probe *probe;

    (void)state;
    return usdt_dyn_provider_load(support_provider("touch", "probe", NULL, 0, &probe));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_of_many_pages_is_touched),
        TEST(a_string_over_two_pages_touches_both),
        TEST(any_address_may_be_touched),
    };

    return !!cmocka_run_group_tests(tests, load, NULL);
}
