/* SPDX-License-Identifier: MIT */
#include "system/linux/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

bool udyn_fd_is(int fd, dev_t dev, ino_t ino)
{
    struct stat status;

    return fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == dev && status.st_ino == ino;
}

int udyn_file_note(struct udyn_file *file, const char *path, int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return udyn_fail_errno(errno, "cannot look at %s", path);
    file->path = strdup(path);
    if (file->path == NULL)
        return udyn_fail(-ENOMEM, "no memory for the path %s", path);
    file->dev = status.st_dev;
    file->ino = status.st_ino;
    return 0;
}

void udyn_file_close(struct udyn_file *file)
{
    if (udyn_fd_is(file->fd, file->dev, file->ino))
        (void)close(file->fd); /* nothing was buffered */
    file->fd = -1;
}

/* Does the path still lead to the file? */
static bool is_at_path(const struct udyn_file *file)
{
    struct stat status;

    return lstat(file->path, &status) == 0 && status.st_dev == file->dev &&
           status.st_ino == file->ino;
}

/* Opens the file for writing: by its descriptor, or by its path. */
static int open_for_writing(const struct udyn_file *file)
{
    int fd;

    if (udyn_fd_is(file->fd, file->dev, file->ino))
        return fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (file->kind == UDYN_FILE_MEMFD) {
        errno = EBADF;
        return -1;
    }
    fd = open(file->path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && !udyn_fd_is(fd, file->dev, file->ino)) {
        (void)close(fd);
        errno = ESTALE;
        return -1;
    }
    return fd;
}

int udyn_file_patch(const struct udyn_file *file, uint64_t offset, uint32_t value)
{
    int fd = open_for_writing(file);
    ssize_t done;
    int error;

    if (fd < 0)
        return udyn_fail_errno(errno, "cannot open %s: was it closed or removed", file->path);
    do
        done = pwrite(fd, &value, sizeof(value), (off_t)offset);
    while (done < 0 && errno == EINTR);
    error = done == (ssize_t)sizeof(value) ? 0 : done < 0 ? errno : EIO;
    (void)close(fd); /* a file in memory, or one whose loss costs no data */
    return error == 0 ? 0 : udyn_fail_errno(error, "cannot write to %s", file->path);
}

/* The lock is shared by all who use the file: whoever gets it alone is the last. */
static void remove_shared(const struct udyn_file *file)
{
    if (udyn_fd_is(file->fd, file->dev, file->ino) && is_at_path(file) &&
        flock(file->fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlink(file->path); /* gone already is as good */
}

void udyn_file_remove(struct udyn_file *file, bool is_ours)
{
    if (is_ours && file->kind == UDYN_FILE_PRIVATE && is_at_path(file))
        (void)unlink(file->path); /* gone already is as good */
    if (is_ours && file->kind == UDYN_FILE_SHARED)
        remove_shared(file);
    udyn_file_close(file);
    free(file->path);
    file->path = NULL;
}

void udyn_file_remove_at_exit(const struct udyn_file *file)
{
    if (file->kind == UDYN_FILE_PRIVATE && is_at_path(file))
        (void)unlink(file->path); /* gone already is as good */
}
