/* SPDX-License-Identifier: MIT */
/* Named files that belong to one process. */
#ifndef UDYN_LINUX_FILE_PRIVATE_H
#define UDYN_LINUX_FILE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "system/linux/file/file.h"
#include "system/linux/file/place.h"

/* Makes and writes PLACE/usdt-dyn-UID/PID-NAMESPACE-RANDOM/PROVIDER.N.so. Returns 0, or a negative
 * errno with a sentence and nothing left behind. */
int udyn_private_file_make(struct udyn_file *file, const char *provider,
                           const struct udyn_content *content, const struct udyn_place *place);

/* Makes an empty file in this process's folder. Returns its descriptor, with its path in `path` and
 * what fstat() says in `status`, or a negative errno with a sentence. */
int udyn_private_file_open(char *path, size_t size, struct stat *status, const char *provider,
                           const struct udyn_place *place);

/* Opens a file of this process for writing: by its folder, if that was not closed behind our back,
 * so that it is found after a chroot(2) too. Returns a descriptor, or -1 with errno. */
int udyn_private_file_open_again(const char *path);

/* Has a forked child the file as well? Then it stays, for the tracers of the child. */
bool udyn_private_file_is_inherited(const char *path);

/* At exit: removes this process's folders with all that is in them, unless a child has them, and
 * lets no more files be made. */
void udyn_private_files_end(void);

#endif
