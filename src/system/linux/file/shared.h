/* SPDX-License-Identifier: MIT */
/* One file for all processes of a user that have the same probes. */
#ifndef UDYN_LINUX_FILE_SHARED_H
#define UDYN_LINUX_FILE_SHARED_H

#include "system/linux/file/file.h"
#include "system/linux/file/place.h"

/* Makes and writes PLACE/usdt-dyn-UID/shared/PROVIDER.BUILD-ID.so, or finds it. Returns 0, or a
 * negative errno with a sentence and nothing left behind. */
int udyn_shared_file_make(struct udyn_file *file, const char *provider,
                          const struct udyn_content *content, const struct udyn_place *place);

/* Gives the file up, and removes it if nobody else uses it. */
void udyn_shared_file_remove(struct udyn_file *file);

#endif
