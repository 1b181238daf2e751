/* SPDX-License-Identifier: MIT */
#include "cli/kernel/ring.h"

#include <string.h>

/* RB_MISSED_EVENTS of ring_buffer.c; with the flag below it they take the top of the length. */
#define MISSED_EVENTS (1UL << 31)
#define LENGTH_MASK   ((1UL << 30) - 1)
#define HEADER_SIZE   16 /* u64 time stamp, long length: 64-bit kernels */

/* enum ring_buffer_type; below these the type is the length in words. */
enum {
    LENGTH_FOLLOWS = 0,
    PADDING = 29,
    TIME_EXTEND = 30,
    TIME_STAMP = 31,
};

bool udyn_ring_is_known(void)
{
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(long) == 8;
}

static uint32_t take_word(struct udyn_ring_page *page)
{
    uint32_t word;

    memcpy(&word, page->at, sizeof(word));
    page->at += sizeof(word);
    return word;
}

void udyn_ring_page_begin(struct udyn_ring_page *page, const unsigned char *bytes, size_t size)
{
    uint64_t commit;
    size_t length;

    memset(page, 0, sizeof(*page));
    page->at = page->end = bytes;
    if (size < HEADER_SIZE)
        return;
    memcpy(&page->time, bytes, sizeof(page->time));
    memcpy(&commit, bytes + sizeof(page->time), sizeof(commit));
    length = commit & LENGTH_MASK;
    page->has_lost = (commit & MISSED_EVENTS) != 0;
    page->at = bytes + HEADER_SIZE;
    page->end = page->at + (length < size - HEADER_SIZE ? length : size - HEADER_SIZE);
}

/* Takes the event that `header` begins if it is a record. */
static bool take_record(struct udyn_ring_page *page, unsigned int type, struct udyn_record *record)
{
    size_t length = type * 4;

    if (type == LENGTH_FOLLOWS) {
        if (page->end - page->at < 4)
            return false;
        length = take_word(page);
        /* It counts itself, and is rounded up in the buffer. */
        length = length < 4 ? 0 : (length - 4 + 3) & ~(size_t)3;
    }
    if (length > (size_t)(page->end - page->at))
        return false;
    record->time = page->time;
    record->bytes = page->at;
    record->size = length;
    page->at += length;
    return true;
}

bool udyn_ring_page_next(struct udyn_ring_page *page, struct udyn_record *record)
{
    while (page->end - page->at >= 4) {
        uint32_t header = take_word(page);
        unsigned int type = header & 31; /* type_len:5, time_delta:27 from the low end */
        uint64_t delta = header >> 5;
        uint64_t length;

        switch (type) {
        case PADDING:
            if (delta == 0 || page->end - page->at < 4)
                goto end; /* the rest of the sub-buffer is empty */
            page->time += delta;
            length = take_word(page); /* of an event that was taken back; counts itself */
            if (length < 4 || length - 4 > (uint64_t)(page->end - page->at))
                goto end;
            page->at += length - 4;
            break;
        case TIME_EXTEND:
        case TIME_STAMP:
            if (page->end - page->at < 4)
                goto end;
            delta += (uint64_t)take_word(page) << 27;
            /* A time stamp has 59 bits; those above are as they were. */
            page->time =
                type == TIME_EXTEND ? page->time + delta : (page->time & (31ULL << 59)) | delta;
            break;
        default:
            page->time += delta;
            if (take_record(page, type, record))
                return true;
            goto end;
        }
    }
end:
    page->at = page->end;
    return false;
}
