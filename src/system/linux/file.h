/* SPDX-License-Identifier: MIT */
/*
 * The files that images are kept in. Three kinds, one contract: *_create() makes the file with its
 * content in it; udyn_file_remove() ends it.
 */
#ifndef UDYN_LINUX_FILE_H
#define UDYN_LINUX_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "image/content.h"

enum udyn_file_kind {
    UDYN_FILE_MEMFD,
    UDYN_FILE_PRIVATE,
    UDYN_FILE_SHARED,
};

struct udyn_file {
    enum udyn_file_kind kind;
    char *path; /* what dlopen() gets and tracers open */
    int fd;     /* kept open, or -1: a memfd lives by it, a shared file is locked with it */
    dev_t dev;
    ino_t ino;
};

/* Where a file may be made. */
struct udyn_place {
    const char *folder;     /* an absolute path */
    bool must_be_in_memory; /* only if it is on a tmpfs */
};

/*
 * Make a file for the image of a provider and write it. Return 0, or a negative errno with a
 * sentence and nothing left behind. Under the lock.
 *
 * memfd:   anonymous memory, found under /proc/PID/fd/N.
 * private: FOLDER/usdt-dyn-UID/PID-NAMESPACE-RANDOM/PROVIDER.N.so.
 * shared:  FOLDER/usdt-dyn-UID/shared/PROVIDER.BUILD-ID.so, made or found.
 */
int udyn_memfd_create(struct udyn_file *file, const char *provider,
                      const struct udyn_content *content);
int udyn_private_file_create(struct udyn_file *file, const char *provider,
                             const struct udyn_content *content, const struct udyn_place *place);
int udyn_shared_file_create(struct udyn_file *file, const char *provider,
                            const struct udyn_content *content, const struct udyn_place *place);

/* Writes a whole content to an empty file. Returns 0 or a negative errno with a sentence. */
int udyn_file_write(int fd, const char *path, const struct udyn_content *content);

/* Writes 4 bytes at `offset` of the file. Returns 0 or a negative errno with a sentence. */
int udyn_file_patch(const struct udyn_file *file, uint64_t offset, uint32_t value);

/*
 * Ends the file of an image that is gone. `is_ours`: this process made it, and was not forked
 * since. A private file is removed if it is ours and no child has it; a shared one if nobody else
 * uses it.
 */
void udyn_file_remove(struct udyn_file *file, bool is_ours);

/* Ends a file that no image came of. */
void udyn_file_discard(struct udyn_file *file);

/* What the kinds have in common. */

/* Keeps path, device and inode of a file. Returns 0 or -ENOMEM with a sentence. */
int udyn_file_note(struct udyn_file *file, const char *path, const struct stat *status);

/* Is this descriptor still the file? A program may close all descriptors and open others. */
bool udyn_fd_is(int fd, dev_t dev, ino_t ino);

/* Does the path lead to the file? */
bool udyn_path_is(const char *path, dev_t dev, ino_t ino);

/* Closes the descriptor of the file if it is still that file's. */
void udyn_file_close(struct udyn_file *file);

#endif
