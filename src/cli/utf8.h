/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_UTF8_H
#define UDYN_CLI_UTF8_H

#include <stddef.h>

/* The length of the UTF-8 character that the bytes begin with, 0 if they begin with none. */
size_t udyn_utf8_length(const char *bytes, size_t left);

#endif
