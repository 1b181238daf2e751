/* SPDX-License-Identifier: MIT */
/* What an image is kept in, of whichever kind: all that depends on the kind is decided here. Under
 * the lock. */
#ifndef UDYN_LINUX_FILE_BACKING_H
#define UDYN_LINUX_FILE_BACKING_H

#include <stdbool.h>
#include <stdint.h>

#include "system/linux/file/file.h"
#include "system/linux/file/place.h"

/*
 * Makes a file for the image of a provider at a place and writes it. Returns 0, or a negative errno
 * with a sentence and nothing left behind.
 */
int udyn_backing_make(struct udyn_file *file, const char *provider,
                      const struct udyn_content *content, const struct udyn_place *place);

/* Writes 4 bytes at `offset` of the file. Returns 0 or a negative errno with a sentence. */
int udyn_backing_patch(const struct udyn_file *file, uint64_t offset, uint32_t value);

/*
 * Ends the file of an image that is gone. `is_ours`: this process made it, and was not forked
 * since. A private file is removed if it is ours and no child has it; a shared one if nobody else
 * uses it.
 */
void udyn_backing_remove(struct udyn_file *file, bool is_ours);

/* Ends a file that no image came of. */
void udyn_backing_discard(struct udyn_file *file);

#endif
