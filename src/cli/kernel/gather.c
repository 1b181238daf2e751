/* SPDX-License-Identifier: MIT */
#include "cli/kernel/gather.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cli/text/utf8.h"

/* Nothing is mapped below (vm.mmap_min_addr). */
#define LOWEST_ADDRESS 65536

struct udyn_gather_hit {
    pid_t tid;
    const struct udyn_traced_site *site;
    /* Of each string of the site which pieces there are, and its bytes. */
    bool (*has)[UDYN_PIECES];
    char (*bytes)[UDYN_STRING_MOST];
};

void udyn_gather_open(struct udyn_gather *gather, const struct udyn_session *session)
{
    size_t i;

    memset(gather, 0, sizeof(*gather));
    gather->plan = session->plan;
    for (i = 0; i < gather->plan->nsites; i++)
        if (gather->plan->sites[i].nstrings > gather->most)
            gather->most = gather->plan->sites[i].nstrings;
    udyn_depth_open(&gather->depth, session);
}

void udyn_gather_close(struct udyn_gather *gather)
{
    size_t i;

    udyn_depth_close(&gather->depth);
    for (i = 0; i < gather->capacity; i++) {
        free(gather->hits[i]->has);
        free(gather->hits[i]->bytes);
        free(gather->hits[i]);
    }
    free(gather->hits);
    memset(gather, 0, sizeof(*gather));
}

static pid_t tid_of(const struct udyn_session_event *kind, const struct udyn_record *record)
{
    return (pid_t)udyn_field_number(kind->tid, record->bytes, record->size);
}

static size_t find_hit(const struct udyn_gather *gather, pid_t tid)
{
    size_t i;

    for (i = 0; i < gather->nhits; i++)
        if (gather->hits[i]->tid == tid)
            break;
    return i;
}

static void forget_pieces(const struct udyn_gather *gather, struct udyn_gather_hit *hit)
{
    memset(hit->has, 0, gather->most * sizeof(*hit->has));
}

/* The hit of a thread, a new one if it has none. */
static struct udyn_gather_hit *take_hit(struct udyn_gather *gather, pid_t tid)
{
    size_t index = find_hit(gather, tid);
    struct udyn_gather_hit *hit;

    if (index < gather->nhits)
        return gather->hits[index];
    if (gather->nhits == gather->capacity) {
        hit = udyn_allocate(1, sizeof(*hit));
        hit->has = udyn_allocate(gather->most, sizeof(*hit->has));
        hit->bytes = udyn_allocate(gather->most, sizeof(*hit->bytes));
        gather->hits =
            udyn_reallocate(gather->hits, gather->capacity + 1, sizeof(struct udyn_gather_hit *));
        gather->hits[gather->capacity++] = hit;
    }
    hit = gather->hits[gather->nhits++];
    hit->tid = tid;
    forget_pieces(gather, hit);
    return hit;
}

void udyn_gather_add(struct udyn_gather *gather, const struct udyn_session_event *kind,
                     const struct udyn_record *record)
{
    uint64_t string = udyn_field_number(kind->string, record->bytes, record->size);
    uint64_t number = udyn_field_number(kind->piece, record->bytes, record->size);
    size_t offset = kind->bytes[0].offset, index;
    const struct udyn_traced_site *site;
    struct udyn_gather_hit *hit;
    struct udyn_piece piece;

    if (string >= gather->plan->nstrings || number >= UDYN_PIECES)
        return;
    piece = udyn_piece((unsigned int)number);
    if (offset > record->size || piece.size > record->size - offset)
        return;
    site = &gather->plan->sites[gather->plan->strings[string].site];
    index = string - site->first_string;
    hit = take_hit(gather, tid_of(kind, record));
    if (hit->site != site || hit->has[index][number])
        forget_pieces(gather, hit); /* their event has not come */
    hit->site = site;
    hit->has[index][number] = true;
    memcpy(hit->bytes[index] + piece.start, record->bytes + offset, piece.size);
}

void udyn_gather_forget(struct udyn_gather *gather)
{
    gather->nhits = 0;
}

void udyn_gather_begin(struct udyn_gather *gather, const struct udyn_session_event *kind,
                       const struct udyn_record *record, const struct udyn_traced_site *site)
{
    size_t index = find_hit(gather, tid_of(kind, record));
    struct udyn_gather_hit *hit;

    gather->site = site;
    gather->hit = NULL;
    if (index == gather->nhits)
        return;
    hit = gather->hits[index];
    gather->hits[index] = gather->hits[--gather->nhits];
    gather->hits[gather->nhits] = hit; /* spare from now on, and good until the next is taken */
    if (hit->site == site)
        gather->hit = hit;
}

/* The kernel leaves zeros where it could read nothing. */
static bool is_zero(const char *bytes, size_t size)
{
    return bytes[0] == '\0' && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* The bytes of a string as far as they were fetched. */
static const char *put_together(struct udyn_gather *gather, const char *first, size_t index,
                                size_t *size, unsigned int *had)
{
    const struct udyn_gather_hit *hit = gather->hit;

    *size = udyn_piece(0).size;
    *had = 0;
    if (hit == NULL || !hit->has[index][1])
        return first;
    memcpy(hit->bytes[index], first, *size);
    while (*had + 1 < UDYN_PIECES && hit->has[index][*had + 1])
        *size += udyn_piece(++*had).size;
    return hit->bytes[index];
}

const char *udyn_gather_string(struct udyn_gather *gather, const struct udyn_session_event *kind,
                               const struct udyn_record *record, size_t index, size_t *length,
                               bool *is_cut)
{
    uint64_t address = udyn_field_number(kind->addresses[index], record->bytes, record->size);
    size_t offset = kind->bytes[index].offset, size;
    struct udyn_depth_use use = {0};
    const char *bytes;

    *length = 0;
    *is_cut = false;
    if (offset > record->size || udyn_piece(0).size > record->size - offset)
        return "";
    bytes = put_together(gather, (const char *)record->bytes + offset, index, &size, &use.had);
    *length = strnlen(bytes, size);
    *is_cut = *length == size;
    while (use.needs <= use.had &&
           *length >= udyn_piece(use.needs).start + udyn_piece(use.needs).size)
        use.needs++;
    use.is_unreadable = is_zero(bytes, size);
    udyn_depth_learn(&gather->depth, gather->site->first_string + index, &use);
    if (*is_cut)
        *length = udyn_utf8_whole(bytes, size);
    return address < LOWEST_ADDRESS ? NULL : bytes;
}
