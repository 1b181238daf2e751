/* SPDX-License-Identifier: MIT */
/*
 * The lock, the list of images, and the cure for fork.
 *
 * A kernel of the 5-byte kind (arch/x86_64.c) writes a call into a traced site, to a page that
 * fork() does not copy: a child that calls the site dies. The cure costs nothing at fork and
 * nothing while a probe is disabled. A page marked MADV_WIPEONFORK holds a word that is 1; in a
 * child it is 0, whichever way it was forked. A fire that has found its probe enabled looks at the
 * word first, and a 0 makes it renew all images:
 *
 *   MADV_DONTNEED on the semaphores and on the sites drops the child's private copies of these
 *   pages, so that they are as in the file: no call, and zero.
 *   MADV_DONTDUMP and MADV_DODUMP on the page before the sites split the mapping and join it again.
 *   For each of the two the kernel looks anew which uprobes apply to the mapping and places them
 *   (mm/vma.c, vma_complete() calls uprobe_mmap()): a child that is traced is traced on, with its
 *   semaphores counted up, and one that is not is clean.
 *
 * None of this needs the image's file or a descriptor.
 */
#include "system/linux/process.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/error.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* The page that is all zeroes in a forked child. */
struct wiped {
    uint32_t is_known; /* 1: not forked since the images were last renewed */
    uint32_t lock;     /* LOCK_FREE, LOCK_HELD or LOCK_AWAITED */
    const char *owner; /* &here of the thread that holds the lock */
};

enum {
    LOCK_FREE,
    LOCK_HELD,
    LOCK_AWAITED, /* held, and another thread waits or has waited */
};

/* Its address tells a thread from the others, also in a forked child. */
static _Thread_local char here;

static struct wiped *wiped;
static bool notices_fork;
static uint32_t generation;
static struct udyn_linux_image *images;

static void wipe_in_child(void)
{
    memset(wiped, 0, sizeof(*wiped));
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
    page->is_known = 1;
    if (!__atomic_compare_exchange_n(&wiped, &expected, page, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        (void)munmap(page, size); /* it was mapped just now: it can't fail */
        return expected;
    }
    /* Before Linux 4.14 there is no such page. A handler notices fork(), though not a raw clone():
     * good enough for the lock and the files, not for the sites. */
    if (!is_wiped)
        (void)pthread_atfork(NULL, NULL, wipe_in_child);
    __atomic_store_n(&notices_fork, is_wiped, __ATOMIC_RELEASE);
    return page;
}

static struct wiped *get_wiped(void)
{
    struct wiped *page = __atomic_load_n(&wiped, __ATOMIC_ACQUIRE);

    return page != NULL ? page : make_wiped();
}

static long futex(uint32_t *word, int operation, uint32_t value)
{
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

/* Returns false if this thread has the lock already: a signal handler in the middle of a call. */
static bool take(struct wiped *page)
{
    uint32_t seen = LOCK_FREE;

    if (__atomic_load_n(&page->owner, __ATOMIC_RELAXED) == &here)
        return false;
    if (!__atomic_compare_exchange_n(&page->lock, &seen, LOCK_HELD, false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        while (__atomic_exchange_n(&page->lock, LOCK_AWAITED, __ATOMIC_ACQUIRE) != LOCK_FREE)
            (void)futex(&page->lock, FUTEX_WAIT, LOCK_AWAITED); /* however it ends: look again */
    __atomic_store_n(&page->owner, &here, __ATOMIC_RELAXED);
    return true;
}

static void give_back(struct wiped *page)
{
    __atomic_store_n(&page->owner, NULL, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&page->lock, LOCK_FREE, __ATOMIC_RELEASE) == LOCK_AWAITED)
        (void)futex(&page->lock, FUTEX_WAKE, 1);
}

/* Gives a forked child its own state of an image, as said at the top. */
static bool renew(struct udyn_linux_image *image)
{
    size_t first_page = (size_t)(image->sites - image->base);

    if (image->semaphores != NULL &&
        madvise(image->semaphores, image->semaphores_size, MADV_DONTNEED_LOCKED) < 0)
        return false;
    if (madvise(image->sites, image->sites_size, MADV_DONTNEED_LOCKED) < 0)
        return false;
    /* From here on the sites are safe; what fails now only leaves the child untraced. */
    if (madvise(image->base, first_page, MADV_DONTDUMP) == 0)
        (void)madvise(image->base, first_page, MADV_DODUMP);
    return true;
}

static void renew_after_fork(struct wiped *page)
{
    struct udyn_linux_image *image;

    for (image = images; image != NULL; image = image->next)
        if (image->fork_needs_cure && !renew(image))
            __atomic_store_n(&image->is_quiet, true, __ATOMIC_RELAXED);
    __atomic_store_n(&generation, generation + 1, __ATOMIC_RELAXED);
    __atomic_store_n(&page->is_known, 1, __ATOMIC_RELEASE);
}

int udyn_system_lock(void)
{
    struct wiped *page = get_wiped();

    if (page == NULL)
        return -ENOMEM;
    if (!take(page))
        return udyn_fail(-EDEADLK, "called from a signal handler that interrupted this library: "
                                   "call it outside of the handler");
    if (page->is_known == 0)
        renew_after_fork(page);
    return 0;
}

void udyn_system_unlock(void)
{
    give_back(wiped);
}

bool udyn_system_may_fire(const struct udyn_probe *probe)
{
    const struct udyn_linux_image *image = (const struct udyn_linux_image *)probe->image;

    if (USDT_DYN_UNLIKELY(__atomic_load_n(&wiped->is_known, __ATOMIC_ACQUIRE) == 0)) {
        if (udyn_system_lock() < 0)
            return false;
        udyn_system_unlock();
        if (!usdt_dyn_enabled(&probe->head))
            return false;
    }
    return !__atomic_load_n(&image->is_quiet, __ATOMIC_RELAXED);
}

uint32_t udyn_process_generation(void)
{
    return generation;
}

bool udyn_process_is(uint32_t of)
{
    return wiped != NULL && __atomic_load_n(&wiped->is_known, __ATOMIC_ACQUIRE) != 0 &&
           __atomic_load_n(&generation, __ATOMIC_RELAXED) == of;
}

bool udyn_process_notices_fork(void)
{
    return __atomic_load_n(&notices_fork, __ATOMIC_ACQUIRE);
}

/* A child may be forked at any moment by another thread: each change of the list is one store. */
void udyn_process_add_image(struct udyn_linux_image *image)
{
    image->next = images;
    __atomic_store_n(&images, image, __ATOMIC_RELEASE);
}

void udyn_process_remove_image(struct udyn_linux_image *image)
{
    struct udyn_linux_image **link;

    for (link = &images; *link != NULL; link = &(*link)->next) {
        if (*link == image) {
            __atomic_store_n(link, image->next, __ATOMIC_RELEASE);
            return;
        }
    }
}

struct udyn_linux_image *udyn_process_images(void)
{
    return images;
}

bool udyn_process_has_path(const char *path)
{
    const struct udyn_linux_image *image;

    for (image = images; image != NULL; image = image->next)
        if (strcmp(image->file.path, path) == 0)
            return true;
    return false;
}

/* At exit the files of this process go; what it inherited is its parent's. */
__attribute__((destructor)) static void remove_files_at_exit(void)
{
    struct udyn_linux_image *image;

    if (wiped == NULL || wiped->is_known == 0 || udyn_system_lock() < 0)
        return;
    for (image = images; image != NULL; image = image->next)
        if (image->generation == generation)
            udyn_file_remove_at_exit(&image->file);
    udyn_private_folders_remove(generation);
    udyn_system_unlock();
}
