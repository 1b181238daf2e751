/* SPDX-License-Identifier: MIT */
/* Images in anonymous memory, found under /proc/PID/fd/N. */
#ifndef UDYN_LINUX_FILE_MEMFD_H
#define UDYN_LINUX_FILE_MEMFD_H

#include "system/linux/file/file.h"

/* Makes and writes it, under a name that no file in the list has. Returns 0, or a negative errno
 * with a sentence and nothing left behind. */
int udyn_memfd_make(struct udyn_file *file, const char *provider,
                    const struct udyn_content *content, const struct udyn_file *others);

#endif
