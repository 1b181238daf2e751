/* SPDX-License-Identifier: MIT */
/*
 * What the 5-byte site needs to survive a fork, and a debugger beside a tracer.
 *
 * A kernel of the 5-byte kind (arch/x86_64.c) writes a call into a traced site, to a page that
 * fork() does not copy: a child that calls the site dies. So the child renews each image that has
 * such a call: in fork() itself if the parent has a probe enabled, before a debugger can come;
 * after any other kind of fork when a fire has found its probe enabled and finds that it is in a
 * child that has renewed nothing yet (lock.c). It costs nothing while all probes are disabled. To
 * renew is:
 *
 *   MADV_DONTNEED from the sites to the semaphores drops the child's private copies of these pages,
 *   so that they are as in the file: no call, and zero. It is one call, under one lock of the
 *   kernel, so that no attach comes between the two.
 *   MADV_DONTDUMP and MADV_DODUMP on the page before the sites split the mapping and join it again.
 *   For each of the two the kernel looks anew which uprobes apply to the mapping and places them
 *   (mm/vma.c, vma_complete() calls uprobe_mmap()): a child that is traced is traced on, with its
 *   semaphores counted up, and one that is not is clean.
 *
 * None of this needs the image's file or a descriptor. A breakpoint that the child has inherited
 * needs nothing: the kernel runs it in a child that is traced, and takes it back at its first hit
 * in one that is not (kernel/events/uprobes.c, handler_chain()).
 *
 * A child may have shut itself in with a seccomp filter that kills for any other system call than
 * those of malloc and threads. So whether there is something to renew is found out by reading
 * memory, and only what a debugger has left behind is a reason to ask the kernel for one.
 *
 * A debugger and the kernel both write the first byte of a site, and neither knows of the other:
 * the kernel writes the 5 bytes of its call over a debugger's breakpoint, or takes the breakpoint
 * for its own and puts the nop's first byte back, and a debugger puts back what it once found,
 * which may be the first byte of a call. So a site may end as bytes of both, which no processor can
 * run. A fire looks for that. As long as the debugger is attached it may write its byte at any
 * moment: the image is silent. Then the image is renewed, in a child or not.
 */
#include "system/linux/renew.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* What stands at a site. */
enum look {
    LOOK_PRISTINE,   /* the nop */
    LOOK_BREAKPOINT, /* on the nop */
    LOOK_CALL,       /* the kernel's, in place of the nop */
    LOOK_MIXED,      /* of a call only the end, behind a breakpoint or the nop's first byte */
};

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
    (void)close(fd);
    status[size > 0 ? size : 0] = '\0';
    pid = strstr(status, field);
    return pid != NULL && pid[sizeof(field) - 1] != '0';
}

static enum look look_at(const struct udyn_linux_image *image, const void *site)
{
    /* One load, as the kernel may be writing: a site is aligned to more than that. */
    uint64_t word = *(const volatile uint64_t *)site;
    uint8_t code[sizeof(word)], pristine[sizeof(word)];

    if (word == image->pristine)
        return LOOK_PRISTINE;
    memcpy(code, &word, sizeof(word));
    memcpy(pristine, &image->pristine, sizeof(word));
    if (image->fork_call == 0)
        return LOOK_BREAKPOINT;
    if (code[0] == image->fork_call)
        return LOOK_CALL;
    return memcmp(code + 1, pristine + 1, sizeof(word) - 1) == 0 ? LOOK_BREAKPOINT : LOOK_MIXED;
}

static enum look look_at_position(const struct udyn_linux_image *image, size_t position)
{
    return look_at(image, image->sites + position * UDYN_SITE_SIZE);
}

/* In fork(): a semaphore that is up while nobody is at its site is a copy of what a debugger, or a
 * tool that writes semaphores itself, has done to the parent. Later it may be the kernel's, which
 * counts the semaphore up before it changes the site. */
static void clear_copied_semaphores(const struct udyn_linux_image *image)
{
    volatile uint16_t *semaphores = (volatile uint16_t *)(void *)image->semaphores;
    size_t i;

    if (semaphores == NULL)
        return;
    for (i = 0; i < image->head.count; i++)
        if (semaphores[i] != 0 && look_at_position(image, i) == LOOK_PRISTINE)
            semaphores[i] = 0;
}

static void set_state(struct udyn_linux_image *image, enum udyn_sites_state state)
{
    __atomic_store_n(&image->sites_state, state, __ATOMIC_RELAXED);
}

/* Makes the sites and semaphores of an image anew, as said at the top. */
static void renew(struct udyn_linux_image *image)
{
    size_t first_page = (size_t)(image->sites - image->base);

    if (madvise(image->sites, image->traced_size, MADV_DONTNEED_LOCKED) < 0) {
        set_state(image, UDYN_SITES_LOST);
        return;
    }
    /* From here on the sites are safe; what fails now only leaves the process untraced. */
    if (madvise(image->base, first_page, MADV_DONTDUMP) == 0)
        (void)madvise(image->base, first_page, MADV_DODUMP);
    set_state(image, UDYN_SITES_READY);
}

static void renew_inherited(struct udyn_linux_image *image)
{
    bool seen[LOOK_MIXED + 1] = {false};
    size_t i;

    for (i = 0; image->fork_call != 0 && i < image->head.count; i++)
        seen[look_at_position(image, i)] = true;
    if (seen[LOOK_MIXED] && is_debugged())
        set_state(image, UDYN_SITES_DEBUGGED);
    else if (seen[LOOK_MIXED] || seen[LOOK_CALL])
        renew(image);
}

/* Would a child that is forked now have to do something about the probe? */
static bool needs_care(const struct udyn_linux_image *image, size_t position)
{
    const volatile uint16_t *semaphores = (const volatile uint16_t *)(void *)image->semaphores;
    enum look look;

    if (semaphores != NULL && semaphores[position] == 0)
        return false;
    look = look_at_position(image, position);
    if (look == LOOK_PRISTINE)
        return semaphores != NULL; /* up with nobody at the site */
    return look != LOOK_BREAKPOINT;
}

bool udyn_renew_is_needed_after_fork(const struct udyn_linux_image *images)
{
    size_t i;

    for (; images != NULL; images = images->next)
        for (i = 0; i < images->head.count; i++)
            if (needs_care(images, i))
                return true;
    return false;
}

void udyn_renew_in_child(struct udyn_linux_image *images, bool in_fork)
{
    for (; images != NULL; images = images->next) {
        renew_inherited(images);
        if (in_fork)
            clear_copied_semaphores(images);
    }
}

/*
 * The end of a call behind a breakpoint may also be the kernel's: for a moment, while it writes the
 * call, or with a debugger's breakpoint on a call of its own, which it writes again at the next
 * hit. Then the semaphore is up for both of them.
 */
static bool may_be_of_kernel(const struct udyn_linux_image *image, const void *site, bool debugged)
{
    const volatile uint16_t *semaphores =
        (const volatile uint16_t *)(const void *)image->semaphores;
    size_t position = (size_t)((const char *)site - image->sites) / UDYN_SITE_SIZE;

    if (*(const volatile uint8_t *)site == *(const uint8_t *)&image->pristine)
        return false; /* not behind a breakpoint */
    return !debugged || (semaphores != NULL && semaphores[position] > 1);
}

static enum udyn_sites_state state_of(const struct udyn_linux_image *image)
{
    return __atomic_load_n(&image->sites_state, __ATOMIC_RELAXED);
}

bool udyn_renew_is_due(const struct udyn_linux_image *image, const void *site)
{
    return state_of(image) == UDYN_SITES_DEBUGGED || look_at(image, site) == LOOK_MIXED;
}

void udyn_renew_beside_debugger(struct udyn_linux_image *image, const void *site)
{
    bool is_silent = state_of(image) == UDYN_SITES_DEBUGGED;
    bool debugged;

    if (!is_silent && look_at(image, site) != LOOK_MIXED)
        return;
    debugged = is_debugged();
    if (!is_silent && may_be_of_kernel(image, site, debugged))
        return;
    if (debugged)
        set_state(image, UDYN_SITES_DEBUGGED);
    else
        renew(image);
}

bool udyn_renew_is_done(const struct udyn_linux_image *image)
{
    return state_of(image) == UDYN_SITES_READY;
}
