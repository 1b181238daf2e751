/* SPDX-License-Identifier: MIT */
/* Descriptors that live as long as the library does, in programs that close what they find. */
#ifndef UDYN_LINUX_FILE_DESCRIPTOR_H
#define UDYN_LINUX_FILE_DESCRIPTOR_H

#include <stdbool.h>

/*
 * Moves a descriptor out of the way and returns its new number: programs that close or reuse
 * descriptors do so with low numbers, and tracers find a memfd by its own. Where the limit is low,
 * half of it is high.
 */
int udyn_descriptor_raise(int fd);

/*
 * Is it still what the kernel calls "anon_inode:KIND", or has the program closed it and opened
 * something else? All of these share one inode, so only /proc can tell; without it a descriptor is
 * trusted if it is of no file type. Also in a signal handler.
 */
bool udyn_descriptor_is(int fd, const char *kind);

#endif
