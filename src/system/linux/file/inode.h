/* SPDX-License-Identifier: MIT */
/* Is it still the same file? A program may close all descriptors and open others, and somebody may
 * remove a file and make another one of its name. */
#ifndef UDYN_LINUX_FILE_INODE_H
#define UDYN_LINUX_FILE_INODE_H

#include <stdbool.h>
#include <sys/stat.h>

struct udyn_inode {
    dev_t dev;
    ino_t ino;
};

struct udyn_inode udyn_inode_of(const struct stat *status);

/* Is the descriptor open, and of that inode? */
bool udyn_inode_is_fd(const struct udyn_inode *inode, int fd);

/* Does the path lead to the inode? */
bool udyn_inode_is_at(const struct udyn_inode *inode, const char *path);

#endif
