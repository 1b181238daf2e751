/* SPDX-License-Identifier: MIT */
#include "system/linux/file/backing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/file/memfd.h"
#include "system/linux/file/private.h"
#include "system/linux/file/shared.h"

/* The files of the process. A child may be forked at any moment by another thread: each change of
 * the list is one store. */
static struct udyn_file *files;

static void unlist(const struct udyn_file *file)
{
    struct udyn_file **link;

    for (link = &files; *link != file; link = &(*link)->next)
        ;
    __atomic_store_n(link, file->next, __ATOMIC_RELEASE);
}

static int make(struct udyn_file *file, const char *provider, const struct udyn_content *content,
                const struct udyn_place *place)
{
    switch (place->kind) {
    case UDYN_FILE_MEMFD:
        return udyn_memfd_make(file, provider, content, files);
    case UDYN_FILE_SHARED:
        return udyn_shared_file_make(file, provider, content, place);
    default:
        return udyn_private_file_make(file, provider, content, place);
    }
}

int udyn_backing_make(struct udyn_file *file, const char *provider,
                      const struct udyn_content *content, const struct udyn_place *place)
{
    int error = make(file, provider, content, place);

    if (error == 0) {
        file->next = files;
        __atomic_store_n(&files, file, __ATOMIC_RELEASE);
    }
    return error;
}

/* Opens the file for writing: by its descriptor, or by its name. */
static int open_for_writing(const struct udyn_file *file)
{
    int fd;

    if (udyn_inode_is_fd(&file->inode, file->fd))
        return fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (file->kind == UDYN_FILE_MEMFD) {
        errno = EBADF;
        return -1;
    }
    fd = udyn_private_file_open_again(file->path);
    if (fd >= 0 && !udyn_inode_is_fd(&file->inode, fd)) {
        (void)close(fd);
        errno = ESTALE;
        return -1;
    }
    return fd;
}

int udyn_backing_patch(const struct udyn_file *file, uint64_t offset, uint32_t value)
{
    int fd = open_for_writing(file);
    int error;

    if (fd < 0)
        return udyn_fail_errno(errno,
                               errno == EACCES
                                   ? "cannot open %s as this user: unload before it changes"
                                   : "cannot open %s, which the program has closed or removed",
                               file->path);
    error = udyn_file_write_at(fd, file->path, &value, sizeof(value), offset);
    (void)close(fd);
    return error;
}

static void forget(struct udyn_file *file)
{
    unlist(file);
    udyn_file_forget(file);
}

void udyn_backing_remove(struct udyn_file *file, bool is_ours)
{
    if (file->kind == UDYN_FILE_SHARED)
        udyn_shared_file_remove(file);
    else if (file->kind == UDYN_FILE_PRIVATE && is_ours &&
             udyn_inode_is_at(&file->inode, file->path) &&
             !udyn_private_file_is_inherited(file->path))
        (void)unlink(file->path); /* gone already is as good */
    forget(file);
}

void udyn_backing_discard(struct udyn_file *file)
{
    if (file->kind == UDYN_FILE_PRIVATE)
        (void)unlink(file->path); /* gone already is as good */
    forget(file);
}
