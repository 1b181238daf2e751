/* SPDX-License-Identifier: MIT */
/* Sub-buffers of the kernel's ring buffer, made by hand: each kind of event, and some that lie. */
#include <stdbool.h>
#include <string.h>

#include "cli/kernel/ring.h"
#include "test.h"

struct page {
    unsigned char bytes[256];
    size_t size;
};

static void put_word(struct page *page, uint32_t word)
{
    memcpy(page->bytes + page->size, &word, sizeof(word));
    page->size += sizeof(word);
}

static void put_event(struct page *page, unsigned int type, uint32_t delta)
{
    put_word(page, delta << 5 | type);
}

static void begin(struct page *page, uint64_t time)
{
    memset(page, 0, sizeof(*page));
    memcpy(page->bytes, &time, sizeof(time));
    page->size = 16;
}

static void end(struct page *page, struct udyn_ring_page *ring, uint64_t flags)
{
    uint64_t commit = (page->size - 16) | flags;

    memcpy(page->bytes + 8, &commit, sizeof(commit));
    udyn_ring_page_begin(ring, page->bytes, sizeof(page->bytes));
}

static void expect_record(struct udyn_ring_page *ring, uint64_t time, const char *bytes,
                          size_t size)
{
    struct udyn_record record;

    assert_true(udyn_ring_page_next(ring, &record));
    assert_int_equal(record.time, time);
    assert_int_equal(record.size, size);
    assert_memory_equal(record.bytes, bytes, strlen(bytes));
}

static void expect_end(struct udyn_ring_page *ring)
{
    struct udyn_record record;

    assert_false(udyn_ring_page_next(ring, &record));
    assert_false(udyn_ring_page_next(ring, &record));
}

static void reads_each_kind(void **state)
{
    struct udyn_ring_page ring;
    struct page page;

    (void)state;
    begin(&page, 1000);
    put_event(&page, 1, 5); /* a record of one word */
    memcpy(page.bytes + page.size, "abcd", 4);
    page.size += 4;
    put_event(&page, 30, 7); /* the time goes on by 3 << 27 | 7 */
    put_word(&page, 3);
    put_event(&page, 29, 1); /* one that was taken back, of 8 bytes */
    put_word(&page, 8);
    put_word(&page, 0xffffffff);
    put_event(&page, 0, 2); /* a length of its own: 4 and 6, rounded up */
    put_word(&page, 10);
    memcpy(page.bytes + page.size, "efghij", 6);
    page.size += 8;
    put_event(&page, 31, 9); /* a whole time stamp */
    put_word(&page, 1);
    put_event(&page, 1, 0);
    memcpy(page.bytes + page.size, "last", 4);
    page.size += 4;
    end(&page, &ring, 0);
    assert_false(ring.has_lost);
    expect_record(&ring, 1005, "abcd", 4);
    expect_record(&ring, 1005 + (3ULL << 27) + 7 + 1 + 2, "efghij", 8);
    expect_record(&ring, (1ULL << 27) + 9, "last", 4);
    expect_end(&ring);
}

static void stops_where_it_lies(void **state)
{
    static const struct {
        unsigned int type;
        uint32_t word;
    } lies[] = {{0, 1000}, {0, 0xffffffff}, {29, 2}, {29, 0xfffffff0}, {28, 0}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct udyn_ring_page ring;
        struct page page;

        begin(&page, 1);
        put_event(&page, lies[i].type, 1);
        put_word(&page, lies[i].word);
        end(&page, &ring, 0);
        expect_end(&ring);
    }
}

static void knows_what_was_lost(void **state)
{
    struct udyn_ring_page ring;
    struct page page;

    (void)state;
    begin(&page, 1);
    end(&page, &ring, 1ULL << 31);
    assert_true(ring.has_lost);
    expect_end(&ring);
    udyn_ring_page_begin(&ring, page.bytes, 15); /* no whole header */
    assert_false(ring.has_lost);
    expect_end(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_kind),
        cmocka_unit_test(stops_where_it_lies),
        cmocka_unit_test(knows_what_was_lost),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
