/* SPDX-License-Identifier: MIT */
/*
 * Strings, before a tracer looks at them.
 *
 * BPF and the kernel's uprobe fetch copy a string without faulting (copy_from_user_nofault()): in a
 * page that nobody has touched yet, such as a constant of a file that is not in memory, they find
 * nothing. So the page is touched first. Not by reading it here: any 64-bit value may be fired, and
 * one that is no address would end the program, only because somebody traces it.
 *
 * FUTEX_CMP_REQUEUE reads a word for us, as the kernel reads, with the fault handled: it compares
 * the word, and would then wake 0 waiters and move 0. All that it can do is what a read can, to
 * bring the page in, or else to fail with EFAULT (kernel/futex/requeue.c). Every kernel has it, it
 * costs less than madvise(2) with MADV_POPULATE_READ (Linux 5.14), and a program that has shut
 * itself in with seccomp must allow futex(2), or it can't use the C library.
 *
 * A page that was touched just now, in the same tick of the clock, is not touched again. If another
 * mapping has taken its place since, and nobody has touched that, its string is shown as empty.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "system/linux/lock.h"
#include "system/system.h"

/* No processor of ours has smaller pages: on one with larger pages some are touched twice. */
#define PAGE ((uint64_t)4096)

/* The kernel fetches no more of a string (MAX_STRING_SIZE in kernel/trace/trace_probe.h). */
#define STRING_MAX ((uint64_t)4096)

static uint64_t current_tick(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now); /* of the vDSO: no system call */
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/*
 * Of the pages that share a word it has the one that was touched last, and when, in one: a thread,
 * or a signal handler, never finds one of the two without the other. A forked child may not have
 * the pages, nor has it the words. They are not of each thread: what a library that was opened by
 * dlopen() has for a thread is allocated at its first use.
 */
static void touch(uint64_t *words, uint64_t page, uint64_t tick)
{
    uint64_t *word = &words[page / PAGE % UDYN_WIPED_WORDS];

    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == (page ^ tick))
        return;
    (void)syscall(SYS_futex, page, FUTEX_CMP_REQUEUE | FUTEX_PRIVATE_FLAG, 0, 0, page, 0);
    __atomic_store_n(word, page ^ tick, __ATOMIC_RELEASE);
}

void udyn_system_touch_string(uint64_t address)
{
    uint64_t first = address & ~(PAGE - 1);
    uint64_t last = (address + STRING_MAX - 1) & ~(PAGE - 1);
    uint64_t *words = udyn_lock_wiped_words();
    uint64_t tick;

    if (address == 0 || words == NULL)
        return;
    tick = current_tick();
    touch(words, first, tick);
    /* Whether the string goes on there can't be known without reading it. */
    if (last != first)
        touch(words, last, tick);
}
