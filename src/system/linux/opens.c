/* SPDX-License-Identifier: MIT */
/*
 * Opens of images, told by inotify(7). One instance serves all watches of the process: a user may
 * have only 128 of them (fs.inotify.max_user_instances).
 */
#include "system/linux/opens.h"

#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/file/descriptor.h"
#include "system/linux/images.h"

static int instance = -1; /* read without the lock */
static uint32_t instance_generation;

int udyn_opens_descriptor(void)
{
    return __atomic_load_n(&instance, __ATOMIC_ACQUIRE);
}

void udyn_opens_stop(void)
{
    struct udyn_linux_image *image;
    int fd = instance;

    if (fd < 0)
        return;
    __atomic_store_n(&instance, -1, __ATOMIC_RELEASE);
    for (image = udyn_images(); image != NULL; image = image->next)
        image->head.is_followed = false;
    if (udyn_descriptor_is(fd, "inotify"))
        (void)close(fd);
}

/* The instance of this process, made at the first call. Returns false if there is none to be had.
 */
static bool is_ready(void)
{
    int fd;

    /* What a child has inherited reads the events of its parent. */
    if (instance >= 0 && (instance_generation != udyn_system_generation() ||
                          !udyn_descriptor_is(instance, "inotify")))
        udyn_opens_stop();
    if (instance >= 0)
        return true;
    fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        udyn_debug("no inotify (%d): the watch looks twice a second", errno);
        return false;
    }
    instance_generation = udyn_system_generation();
    __atomic_store_n(&instance, udyn_descriptor_raise(fd), __ATOMIC_RELEASE);
    return true;
}

void udyn_opens_follow(struct udyn_image *followed)
{
    struct udyn_linux_image *image = (struct udyn_linux_image *)followed;
    uint32_t events = IN_OPEN | IN_DONT_FOLLOW;
    const char *path = image->file.path;
    char own[32];

    if (!is_ready())
        return;
    if (image->file.kind == UDYN_FILE_MEMFD) {
        /* Its path is a link, and in a forked child the parent's. */
        if (!udyn_inode_is_fd(&image->file.inode, image->file.fd))
            return;
        snprintf(own, sizeof(own), "/proc/self/fd/%d", image->file.fd);
        path = own;
        events = IN_OPEN;
    }
    image->inotify_wd = inotify_add_watch(instance, path, events);
    followed->is_followed = image->inotify_wd >= 0;
    if (!followed->is_followed)
        udyn_debug("inotify refuses %s (%d): the watch looks twice a second", path, errno);
}

/* Images that share a file share the inotify watch. */
static struct udyn_linux_image *find(int wd)
{
    struct udyn_linux_image *image;

    for (image = udyn_images(); image != NULL; image = image->next)
        if (image->head.is_followed && image->inotify_wd == wd)
            break;
    return image;
}

void udyn_opens_forget(const struct udyn_linux_image *image)
{
    if (image->head.is_followed && instance >= 0 && find(image->inotify_wd) == NULL)
        (void)inotify_rm_watch(instance, image->inotify_wd); /* may be gone with the file */
}

/* Returns whether one of the events is an open. */
static bool take_events(const char *buffer, size_t size)
{
    const struct inotify_event *event;
    bool is_opened = false;
    struct udyn_linux_image *image;
    size_t at;

    for (at = 0; at + sizeof(*event) <= size; at += sizeof(*event) + event->len) {
        event = (const struct inotify_event *)(const void *)(buffer + at);
        if ((event->mask & (IN_OPEN | IN_Q_OVERFLOW)) != 0)
            is_opened = true;
        /* The file is gone. What still maps it can only be found by a slow look. */
        if ((event->mask & IN_IGNORED) != 0)
            while ((image = find(event->wd)) != NULL)
                image->head.is_followed = false;
    }
    return is_opened;
}

bool udyn_opens_take(void)
{
    _Alignas(struct inotify_event) char buffer[4096];
    bool is_opened = false;
    ssize_t size;

    if (instance < 0 || instance_generation != udyn_system_generation())
        return false;
    if (!udyn_descriptor_is(instance, "inotify")) {
        udyn_opens_stop(); /* the program has closed it */
        return false;
    }
    while ((size = read(instance, buffer, sizeof(buffer))) > 0)
        is_opened |= take_events(buffer, (size_t)size);
    return is_opened;
}
