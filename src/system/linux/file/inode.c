/* SPDX-License-Identifier: MIT */
#include "system/linux/file/inode.h"

static bool is_of(const struct udyn_inode *inode, const struct stat *status)
{
    return status->st_dev == inode->dev && status->st_ino == inode->ino;
}

struct udyn_inode udyn_inode_of(const struct stat *status)
{
    return (struct udyn_inode){status->st_dev, status->st_ino};
}

bool udyn_inode_is_fd(const struct udyn_inode *inode, int fd)
{
    struct stat status;

    return fd >= 0 && fstat(fd, &status) == 0 && is_of(inode, &status);
}

bool udyn_inode_is_at(const struct udyn_inode *inode, const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && is_of(inode, &status);
}
