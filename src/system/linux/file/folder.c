/* SPDX-License-Identifier: MIT */
#include "system/linux/file/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"

/* A folder in which others may rename what is ours can't hold it: a sticky bit forbids that. */
static int check_place(int fd, const struct udyn_place *place)
{
    struct stat status;
    struct statfs filesystem;

    if (fstat(fd, &status) < 0 || fstatfs(fd, &filesystem) < 0)
        return udyn_fail_errno(errno, "cannot look at the folder %s", place->folder);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0)
        return udyn_fail(-EPERM, "the folder %s can be changed by others: chmod go-w or +t it",
                         place->folder);
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return udyn_fail(-EPERM,
                         "the folder %s belongs to user %u: use one of this user or of root",
                         place->folder, status.st_uid);
    if ((filesystem.f_flags & ST_NOEXEC) != 0)
        return udyn_fail(-EACCES, "the folder %s is mounted noexec", place->folder);
    if ((filesystem.f_flags & ST_RDONLY) != 0)
        return udyn_fail(-EROFS, "the folder %s is mounted read-only", place->folder);
    if (place->must_be_in_memory && filesystem.f_type != TMPFS_MAGIC)
        return udyn_fail(-ENODEV, "the folder %s is not in memory", place->folder);
    return 0;
}

static int check_ours(int fd, const char *path)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return udyn_fail_errno(errno, "cannot look at the folder %s", path);
    if (status.st_uid != geteuid())
        return udyn_fail(-EPERM, "the folder %s belongs to user %u, not to this one: remove it",
                         path, status.st_uid);
    if ((status.st_mode & 07077) != 0)
        return udyn_fail(-EPERM, "the folder %s has mode %o: chmod 700 it", path,
                         status.st_mode & 07777);
    return 0;
}

int udyn_folder_open_in(int parent, const char *parent_path, const char *name)
{
    char path[4096];
    int fd, error;

    if (snprintf(path, sizeof(path), "%s/%s", parent_path, name) >= (int)sizeof(path))
        return udyn_fail(-ENAMETOOLONG, "the path %.128s.../%s is too long", parent_path, name);
    if (mkdirat(parent, name, 0700) == 0)
        error = fchmodat(parent, name, 0700, 0); /* a strange umask may have taken rights from us */
    else
        error = errno == EEXIST ? 0 : -1;
    if (error < 0)
        return udyn_fail_errno(errno, "cannot make the folder %s", path);
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return udyn_fail_errno(errno, "cannot open the folder %s", path);
    error = check_ours(fd, path);
    if (error < 0) {
        (void)close(fd);
        return error;
    }
    return fd;
}

int udyn_folder_open(const struct udyn_place *place, char *path, size_t size)
{
    char name[32];
    int fd, ours;

    snprintf(name, sizeof(name), "usdt-dyn-%u", geteuid());
    /* dlopen() expands a '$'. */
    if (place->folder[0] != '/' || strchr(place->folder, '$') != NULL)
        return udyn_fail(-EINVAL, "the folder \"%.128s\" is not an absolute path without '$'",
                         place->folder);
    if (snprintf(path, size, "%s/%s", place->folder, name) >= (int)size)
        return udyn_fail(-ENAMETOOLONG, "the path %.128s... is too long", place->folder);
    fd = open(place->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return udyn_fail_errno(errno, "cannot open the folder %s", place->folder);
    ours = check_place(fd, place);
    if (ours == 0)
        ours = udyn_folder_open_in(fd, place->folder, name);
    (void)close(fd);
    return ours;
}
