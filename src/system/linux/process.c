/* SPDX-License-Identifier: MIT */
/*
 * The images of the process, and the cure for fork.
 *
 * A kernel of the 5-byte kind (arch/x86_64.c) writes a call into a traced site, to a page that
 * fork() does not copy: a child that calls the site dies. The cure costs nothing while a probe is
 * disabled. A fire that has found its probe enabled first asks whether it is in a child that is not
 * known yet (lock.c); there it renews each image that has such a call, or a breakpoint of its
 * parent:
 *
 *   MADV_DONTNEED on the semaphores and on the sites drops the child's private copies of these
 *   pages, so that they are as in the file: no call, and zero.
 *   MADV_DONTDUMP and MADV_DODUMP on the page before the sites split the mapping and join it again.
 *   For each of the two the kernel looks anew which uprobes apply to the mapping and places them
 *   (mm/vma.c, vma_complete() calls uprobe_mmap()): a child that is traced is traced on, with its
 *   semaphores counted up, and one that is not is clean.
 *
 * None of this needs the image's file or a descriptor. While a debugger is attached, an image
 * without such a call is left as it is, since a breakpoint may be the debugger's; only those
 * semaphores are cleared that are up with nobody at their site.
 */
#include "system/linux/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "system/linux/lock.h"
#include "system/linux/private_file.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

static uint32_t generation;
static struct udyn_linux_image *images;
static bool is_exiting; /* under the lock */

/* Is a debugger attached to this process? Then a breakpoint may be its own. */
static bool is_debugged(void)
{
    static const char field[] = "TracerPid:\t";
    char status[1024];
    const char *pid;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t size;

    if (fd < 0)
        return false;
    size = read(fd, status, sizeof(status) - 1);
    (void)close(fd); /* read only */
    status[size > 0 ? size : 0] = '\0';
    pid = strstr(status, field);
    return pid != NULL && pid[sizeof(field) - 1] != '0';
}

/* Is there neither a breakpoint nor a call at the site? */
static bool is_pristine(const struct udyn_linux_image *image, size_t position)
{
    uint16_t word = *((const volatile uint16_t *)(const void *)image->sites +
                      position * (UDYN_SITE_SIZE / sizeof(word)));

    return word == image->pristine;
}

/* Must the image be renewed? For a call, in any case; for a breakpoint, which the kernel would take
 * back at the first hit, unless it may be a debugger's. */
static bool needs_renewal(const struct udyn_linux_image *image, bool debugged)
{
    bool is_needed = false;
    size_t i;

    for (i = 0; image->fork_call != 0 && i < image->head.count; i++) {
        if (*((const volatile uint8_t *)image->sites + i * UDYN_SITE_SIZE) == image->fork_call)
            return true;
        is_needed |= !debugged && !is_pristine(image, i);
    }
    return is_needed;
}

/* A semaphore that is up while nobody is at its site is a copy of the parent's. */
static void clear_copied_semaphores(const struct udyn_linux_image *image)
{
    volatile uint16_t *semaphores = (volatile uint16_t *)(void *)image->semaphores;
    size_t i;

    if (semaphores == NULL)
        return;
    for (i = 0; i < image->head.count; i++)
        if (semaphores[i] != 0 && is_pristine(image, i))
            semaphores[i] = 0;
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

void udyn_process_renew(void)
{
    struct udyn_linux_image *image;
    bool debugged = images != NULL && is_debugged();

    for (image = images; image != NULL; image = image->next) {
        if (!needs_renewal(image, debugged))
            clear_copied_semaphores(image);
        else if (!renew(image))
            __atomic_store_n(&image->is_quiet, true, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&generation, generation + 1, __ATOMIC_RELAXED);
    udyn_lock_set_known();
}

bool udyn_system_may_fire(const struct udyn_probe *probe)
{
    const struct udyn_linux_image *image = (const struct udyn_linux_image *)probe->image;

    if (USDT_DYN_UNLIKELY(!udyn_lock_is_known())) {
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
    return udyn_lock_is_known() && __atomic_load_n(&generation, __ATOMIC_RELAXED) == of;
}

bool udyn_process_is_exiting(void)
{
    return is_exiting;
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

/* At exit the private files of this process go; what it inherited is its parent's. */
__attribute__((destructor)) static void remove_files_at_exit(void)
{
    if (!udyn_lock_is_known() || udyn_system_lock() < 0)
        return;
    is_exiting = true;
    udyn_private_folders_remove();
    udyn_system_unlock();
}
