/* SPDX-License-Identifier: MIT */
#ifndef UDYN_LINUX_PRIVATE_FILE_H
#define UDYN_LINUX_PRIVATE_FILE_H

#include <stddef.h>

#include "system/linux/file.h"

/* Makes an empty file in this process's folder. Returns its descriptor, with its path in `path`, or
 * a negative errno with a sentence. */
int udyn_private_file_open(char *path, size_t size, const char *provider,
                           const struct udyn_place_to_keep *place);

#endif
