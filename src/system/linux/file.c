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

int udyn_file_write(int fd, const char *path, const struct udyn_image_content *content)
{
    return write_at(fd, path, content->file.bytes, content->file.size, 0);
}

int udyn_file_patch(const struct udyn_file *file, uint64_t offset, uint32_t value)
{
    int fd = open_for_writing(file);
    int error;

    if (fd < 0)
        return udyn_fail_errno(errno, "cannot open %s: was it closed or removed", file->path);
    error = write_at(fd, file->path, &value, sizeof(value), offset);
    (void)close(fd); /* a file in memory, or one whose loss costs no data */
    return error;
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
