/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_TEXT_UTF8_H
#define UDYN_CLI_TEXT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the UTF-8 character that the bytes begin with, 0 if they begin with none. */
size_t udyn_utf8_length(const char *bytes, size_t left);

/* The number of a character of so many bytes. */
uint32_t udyn_utf8_value(const char *bytes, size_t size);

/* Does a terminal obey the character instead of showing it? C0, DEL, C1, the separators of lines,
 * and what turns the direction of the text around. */
bool udyn_utf8_is_obeyed(const char *bytes, size_t size);

/* The length without a character at the end whose last bytes are missing. */
size_t udyn_utf8_whole(const char *bytes, size_t length);

#endif
