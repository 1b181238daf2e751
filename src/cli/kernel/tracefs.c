/* SPDX-License-Identifier: MIT */
#include "cli/kernel/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

int udyn_tracefs_open(void)
{
    static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
    int error = -ENOENT;
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        int fd = open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct statfs filesystem;

        if (fd < 0) {
            if (errno == EACCES || errno == EPERM)
                error = -EACCES;
            continue;
        }
        if (fstatfs(fd, &filesystem) == 0 && filesystem.f_type == TRACEFS_MAGIC) {
            if (faccessat(fd, "uprobe_events", W_OK, AT_EACCESS) == 0)
                return fd;
            error = errno == ENOENT ? -ENOTSUP : -EACCES;
        }
        (void)close(fd);
    }
    return error;
}

static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? -errno : -EIO;
        text += written;
        size -= (size_t)written;
    }
    return 0;
}

static int write_file(int folder, const char *path, int how, const char *text, size_t size)
{
    int fd = openat(folder, path, O_WRONLY | O_CLOEXEC | how);
    int error;

    if (fd < 0)
        return -errno;
    error = write_all(fd, text, size);
    (void)close(fd); /* the write has told all */
    return error;
}

int udyn_tracefs_append(int folder, const char *path, const char *text, size_t size)
{
    return write_file(folder, path, O_APPEND, text, size);
}

int udyn_tracefs_set(int folder, const char *path, const char *value)
{
    return write_file(folder, path, O_TRUNC, value, strlen(value));
}

int udyn_tracefs_read(int folder, const char *path, char **text)
{
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    size_t size = 0, capacity = 0;
    ssize_t got = 0;

    *text = NULL;
    if (fd < 0)
        return -errno;
    do {
        if (capacity - size < 4096) {
            char *bigger = realloc(*text, capacity + 65536);

            if (bigger == NULL) {
                errno = ENOMEM;
                got = -1;
                break;
            }
            *text = bigger;
            capacity += 65536;
        }
        got = read(fd, *text + size, capacity - size - 1);
        if (got > 0)
            size += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0) {
        int error = -errno;

        free(*text);
        *text = NULL;
        (void)close(fd);
        return error;
    }
    (*text)[size] = '\0';
    (void)close(fd);
    return 0;
}
