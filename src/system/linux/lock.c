/* SPDX-License-Identifier: MIT */
/*
 * The lock, in a page that is all zeroes in a forked child (MADV_WIPEONFORK, the "wiped" page): so
 * there it is free, whoever held it in the parent, and the child can tell that it is one.
 *
 * dlopen() and dlclose() have a lock of their own, which a program may hold while it calls this
 * library: in the constructor of a plugin. So they are never called under the lock, but as slow
 * work. A fork() waits for the slow work to end, for a child forked in the middle of a dlopen()
 * could not dlopen() any more.
 */
#include "system/linux/lock.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "system/system.h"

struct wiped {
    uint32_t is_own; /* 1: not forked since udyn_lock_take_over() */
    uint32_t lock;   /* LOCK_FREE, LOCK_HELD or LOCK_AWAITED */
    uint32_t ended;  /* how often slow work, or a fork, has ended */
    /* Under the lock. Here and not static: gcc takes it that a static variable does not change
     * during a call of syscall(), which is declared a leaf, though another thread may. */
    uint32_t slow_works;      /* under way */
    uint32_t forks_waiting;   /* for them; new slow work waits for these */
    uint32_t threads_waiting; /* for `ended` to count */
    uint64_t words[UDYN_WIPED_WORDS];
};

enum {
    LOCK_FREE,
    LOCK_HELD,
    LOCK_AWAITED, /* held, and another thread waits or has waited */
};

/* A fork waits so long for slow work; longer only if its own thread keeps dlopen() from ending. */
#define FORK_WAITS_NS 200000000

static struct wiped *wiped;
static bool notices_fork;
static uint32_t generation;

/* This thread holds the lock, or is about to take it or has just given it back. A signal handler
 * that finds it set has interrupted the library. */
static _Thread_local volatile sig_atomic_t is_inside;
static _Thread_local volatile sig_atomic_t is_forking;
static _Thread_local int cancel_state;

static long futex(uint32_t *word, int operation, uint32_t value, const struct timespec *timeout)
{
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, timeout, NULL, 0);
}

static void take(uint32_t *lock)
{
    uint32_t seen = LOCK_FREE;

    if (!__atomic_compare_exchange_n(lock, &seen, LOCK_HELD, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        while (__atomic_exchange_n(lock, LOCK_AWAITED, __ATOMIC_ACQUIRE) != LOCK_FREE)
            (void)futex(lock, FUTEX_WAIT, LOCK_AWAITED, NULL); /* however it ends: look again */
}

static void give_back(uint32_t *lock)
{
    if (__atomic_exchange_n(lock, LOCK_FREE, __ATOMIC_RELEASE) == LOCK_AWAITED)
        (void)futex(lock, FUTEX_WAKE, 1, NULL);
}

/* Waits, with the lock given back meanwhile, until some slow work or a fork has ended. */
static void wait_for_an_end(const struct timespec *timeout)
{
    uint32_t ended = __atomic_load_n(&wiped->ended, __ATOMIC_RELAXED);

    wiped->threads_waiting++;
    give_back(&wiped->lock);
    (void)futex(&wiped->ended, FUTEX_WAIT, ended, timeout); /* however it ends: look again */
    take(&wiped->lock);
    wiped->threads_waiting--;
}

static void count_end(void)
{
    __atomic_store_n(&wiped->ended, wiped->ended + 1, __ATOMIC_RELAXED);
    if (wiped->threads_waiting > 0)
        (void)futex(&wiped->ended, FUTEX_WAKE, INT_MAX, NULL);
}

/* The first call in the process maps the page. Two threads may arrive at once: one's page wins. */
static struct wiped *make_wiped(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    struct wiped *expected = NULL;
    struct wiped *page =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool is_wiped;

    if (page == MAP_FAILED) {
        (void)udyn_fail_errno(errno, "no memory for the page that notices a fork");
        return NULL;
    }
    is_wiped = madvise(page, size, MADV_WIPEONFORK) == 0;
    page->is_own = 1;
    if (!__atomic_compare_exchange_n(&wiped, &expected, page, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        (void)munmap(page, size); /* it was mapped just now: it can't fail */
        return expected;
    }
    /* Before Linux 4.14 there is no such page: the handler in the child wipes it. That notices
     * fork(), though not a raw clone(): good enough for the lock and the files, not for the sites.
     */
    __atomic_store_n(&notices_fork, is_wiped, __ATOMIC_RELEASE);
    return page;
}

static struct wiped *get_wiped(void)
{
    struct wiped *page = __atomic_load_n(&wiped, __ATOMIC_ACQUIRE);

    return page != NULL ? page : make_wiped();
}

int udyn_lock_take(void)
{
    struct wiped *page = get_wiped();

    if (page == NULL)
        return -ENOMEM;
    if (is_inside)
        return udyn_fail(-EDEADLK, "called from a signal handler that interrupted this library: "
                                   "call it outside of the handler");
    is_inside = 1;
    /* open(), pwrite() and the like are cancellation points: the lock would never be given back. */
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state); /* it can't fail */
    take(&page->lock);
    return 0;
}

void udyn_lock_give_back(void)
{
    give_back(&wiped->lock);
    (void)pthread_setcancelstate(cancel_state, NULL); /* it can't fail for a state it gave */
    is_inside = 0;
}

bool udyn_lock_is_interrupted(void)
{
    return is_inside != 0;
}

void udyn_system_begin_slow_work(void)
{
    while (wiped->forks_waiting > 0)
        wait_for_an_end(NULL);
    wiped->slow_works++;
    give_back(&wiped->lock);
}

void udyn_system_end_slow_work(void)
{
    take(&wiped->lock);
    wiped->slow_works--;
    count_end();
}

void udyn_system_wait_for_slow_work(void)
{
    wait_for_an_end(NULL);
}

bool udyn_lock_is_own(void)
{
    struct wiped *page = __atomic_load_n(&wiped, __ATOMIC_ACQUIRE);

    return page != NULL && __atomic_load_n(&page->is_own, __ATOMIC_ACQUIRE) != 0;
}

void udyn_lock_take_over(void)
{
    __atomic_store_n(&generation, generation + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&wiped->is_own, 1, __ATOMIC_RELEASE);
}

uint64_t *udyn_lock_wiped_words(void)
{
    struct wiped *page = __atomic_load_n(&wiped, __ATOMIC_ACQUIRE);

    return page != NULL ? page->words : NULL;
}

bool udyn_lock_notices_fork(void)
{
    return __atomic_load_n(&notices_fork, __ATOMIC_ACQUIRE);
}

uint32_t udyn_system_generation(void)
{
    return __atomic_load_n(&generation, __ATOMIC_RELAXED);
}

bool udyn_system_is_generation(uint32_t of)
{
    return udyn_lock_is_own() && udyn_system_generation() == of;
}

void udyn_lock_begin_fork(void)
{
    const struct timespec limit = {.tv_nsec = FORK_WAITS_NS};
    uint64_t deadline = udyn_clock_ns() + FORK_WAITS_NS;

    is_forking = 1;
    wiped->forks_waiting++;
    while (wiped->slow_works > 0 && udyn_clock_ns() < deadline)
        wait_for_an_end(&limit);
    wiped->forks_waiting--;
}

void udyn_lock_end_fork_in_parent(void)
{
    if (!is_forking)
        return;
    is_forking = 0;
    count_end();
    udyn_lock_give_back();
}

void udyn_lock_end_fork_in_child(void)
{
    /* Where the kernel does not: before Linux 4.14, or if an emulator only says that it does. */
    if (wiped != NULL && wiped->is_own != 0)
        memset(wiped, 0, sizeof(*wiped));
    if (!is_forking)
        return;
    is_forking = 0;
    is_inside = 0;
    (void)pthread_setcancelstate(cancel_state, NULL); /* it can't fail for a state it gave */
}
