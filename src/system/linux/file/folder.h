/* SPDX-License-Identifier: MIT */
/* Folders that nobody but this user can change. */
#ifndef UDYN_LINUX_FILE_FOLDER_H
#define UDYN_LINUX_FILE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "system/linux/file/place.h"

/*
 * Opens PLACE/usdt-dyn-UID, made if it is missing. It must be a folder and no link, owned by this
 * user, with no rights for others; the place must allow to map code, and be a tmpfs if that is
 * asked. Returns a descriptor, with the path in `path`, or a negative errno with a sentence.
 */
int udyn_folder_open(const struct udyn_place *place, char *path, size_t size);

/* Opens, and makes if it is missing, a folder in one of ours, under the same conditions. */
int udyn_folder_open_in(int parent, const char *parent_path, const char *name);

#endif
