/* SPDX-License-Identifier: MIT */
/* A file that an image is kept in, and what all kinds of them have in common. */
#ifndef UDYN_LINUX_FILE_FILE_H
#define UDYN_LINUX_FILE_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "image/content.h"
#include "system/linux/file/inode.h"

enum udyn_file_kind {
    UDYN_FILE_MEMFD,
    UDYN_FILE_PRIVATE,
    UDYN_FILE_SHARED,
};

struct udyn_file {
    struct udyn_file *next; /* the files of the process: backing.c */
    enum udyn_file_kind kind;
    char *path; /* what dlopen() gets and tracers open */
    int fd;     /* kept open, or -1: a memfd lives by it, a shared file is locked with it */
    struct udyn_inode inode;
};

/* Keeps the path and the inode of a file. Returns 0 or -ENOMEM with a sentence. */
int udyn_file_identify(struct udyn_file *file, const char *path, const struct stat *status);

/* Closes the descriptor of the file if it is still that file's. */
void udyn_file_close(struct udyn_file *file);

/* Closes it and forgets the path. */
void udyn_file_forget(struct udyn_file *file);

/* Writes a whole content to an empty file. Returns 0 or a negative errno with a sentence. */
int udyn_file_write(int fd, const char *path, const struct udyn_content *content);

/* Writes bytes at `offset` of a file. Returns 0 or a negative errno with a sentence. */
int udyn_file_write_at(int fd, const char *path, const void *bytes, size_t size, uint64_t offset);

#endif
