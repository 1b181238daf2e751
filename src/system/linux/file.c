/* SPDX-License-Identifier: MIT */
#include "system/linux/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/private_file.h"

bool udyn_fd_is(int fd, dev_t dev, ino_t ino)
{
    struct stat status;

    return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == dev && status.st_ino == ino;
}

int udyn_file_note(struct udyn_file *file, const char *path, const struct stat *status)
{
    file->path = strdup(path);
    if (file->path == NULL)
        return udyn_fail(-ENOMEM, "no memory for the path %s", path);
    file->dev = status->st_dev;
    file->ino = status->st_ino;
    return 0;
}

void udyn_file_close(struct udyn_file *file)
{
    if (udyn_fd_is(file->fd, file->dev, file->ino))
        (void)close(file->fd); /* nothing was buffered */
    file->fd = -1;
}

bool udyn_path_is(const char *path, dev_t dev, ino_t ino)
{
    struct stat status;

    return lstat(path, &status) == 0 && status.st_dev == dev && status.st_ino == ino;
}

/* Opens the file for writing: by its descriptor, or by its name. */
static int open_for_writing(const struct udyn_file *file)
{
    int fd;

    if (udyn_fd_is(file->fd, file->dev, file->ino))
        return fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (file->kind == UDYN_FILE_MEMFD) {
        errno = EBADF;
        return -1;
    }
    fd = udyn_private_file_open_again(file->path);
    if (fd >= 0 && !udyn_fd_is(fd, file->dev, file->ino)) {
        (void)close(fd);
        errno = ESTALE;
        return -1;
    }
    return fd;
}

static int write_at(int fd, const char *path, const void *bytes, size_t size, uint64_t offset)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t done = pwrite(fd, next, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return udyn_fail_errno(done < 0 ? errno : EIO, "cannot write to %s", path);
        next += done;
        size -= (size_t)done;
        offset += (uint64_t)done;
    }
    return 0;
}

int udyn_file_write(int fd, const char *path, const struct udyn_content *content)
{
    struct rlimit limit;

    /* A write beyond the limit would end the process with SIGXFSZ. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && content->file.size > limit.rlim_cur)
        return udyn_fail(-EFBIG, "an image has %zu bytes and RLIMIT_FSIZE is %llu: raise it",
                         content->file.size, (unsigned long long)limit.rlim_cur);
    return write_at(fd, path, content->file.bytes, content->file.size, 0);
}

int udyn_file_patch(const struct udyn_file *file, uint64_t offset, uint32_t value)
{
    int fd = open_for_writing(file);
    int error;

    if (fd < 0)
        return udyn_fail_errno(errno,
                               errno == EACCES
                                   ? "cannot open %s as this user: unload before it changes"
                                   : "cannot open %s, which the program has closed or removed",
                               file->path);
    error = write_at(fd, file->path, &value, sizeof(value), offset);
    (void)close(fd); /* a file in memory, or one whose loss costs no data */
    return error;
}

/*
 * All who use a shared file have a lock on it; whoever can lock it alone is the last. A child has
 * inherited the parent's lock: so ours is given up first, and what can't be locked then is in use.
 */
static void remove_shared(struct udyn_file *file)
{
    int fd;

    udyn_file_close(file);
    fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return; /* gone already is as good */
    if (udyn_fd_is(fd, file->dev, file->ino) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlink(file->path); /* if not now, then by the next who is the last */
    (void)close(fd);              /* read only */
}

static void forget(struct udyn_file *file)
{
    udyn_file_close(file);
    free(file->path);
    file->path = NULL;
}

void udyn_file_remove(struct udyn_file *file, bool is_ours)
{
    if (file->kind == UDYN_FILE_SHARED)
        remove_shared(file);
    else if (file->kind == UDYN_FILE_PRIVATE && is_ours &&
             udyn_path_is(file->path, file->dev, file->ino) &&
             !udyn_private_file_is_inherited(file->path))
        (void)unlink(file->path); /* gone already is as good */
    forget(file);
}

void udyn_file_discard(struct udyn_file *file)
{
    if (file->kind == UDYN_FILE_PRIVATE)
        (void)unlink(file->path); /* gone already is as good */
    forget(file);
}
