/* SPDX-License-Identifier: MIT */
#include "cli/kernel/threads.h"

#include <stdint.h>
#include <stdlib.h>

#include "cli/cli.h"

/* The slot of a thread, or the free one where it belongs. The capacity is a power of two. */
static struct udyn_thread *slot_of(const struct udyn_threads *threads, pid_t tid)
{
    size_t i = (uint32_t)tid * 2654435769U; /* Knuth's multiplicative hash */

    for (;; i++) {
        struct udyn_thread *slot = &threads->slots[i & (threads->capacity - 1)];

        if (slot->tid == tid || slot->tid == 0)
            return slot;
    }
}

const struct udyn_thread *udyn_threads_find(const struct udyn_threads *threads, pid_t tid)
{
    const struct udyn_thread *slot;

    if (threads->capacity == 0)
        return NULL;
    slot = slot_of(threads, tid);
    return slot->tid != 0 ? slot : NULL;
}

static void grow(struct udyn_threads *threads)
{
    struct udyn_threads bigger = {.count = threads->count,
                                  .capacity = threads->capacity == 0 ? 64 : threads->capacity * 2};
    size_t i;

    bigger.slots = udyn_allocate(bigger.capacity, sizeof(*bigger.slots));
    for (i = 0; i < threads->capacity; i++)
        if (threads->slots[i].tid != 0)
            *slot_of(&bigger, threads->slots[i].tid) = threads->slots[i];
    free(threads->slots);
    *threads = bigger;
}

void udyn_threads_set(struct udyn_threads *threads, pid_t tid, pid_t pid, bool is_wanted)
{
    struct udyn_thread *slot;

    if (threads->count * 2 >= threads->capacity)
        grow(threads);
    slot = slot_of(threads, tid);
    threads->count += slot->tid == 0;
    slot->tid = tid;
    slot->pid = pid;
    slot->is_wanted = is_wanted;
}

void udyn_threads_free(struct udyn_threads *threads)
{
    free(threads->slots);
    threads->slots = NULL;
    threads->count = threads->capacity = 0;
}
