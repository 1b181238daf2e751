/* SPDX-License-Identifier: MIT */
/* The dynamic linker. */
#ifndef UDYN_LINUX_LOADER_H
#define UDYN_LINUX_LOADER_H

#include <stdbool.h>

#include "image/content.h"

/*
 * Opens an image with dlopen(). Returns 0 with the handle and the address of its first byte, or a
 * negative errno with a sentence and nothing opened.
 */
int udyn_loader_open(const char *path, const struct udyn_content *content, void **handle,
                     char **base);
void udyn_loader_close(void *handle);

/* Is there a dynamic linker? Not in a statically linked program. */
bool udyn_loader_works(void);

#endif
