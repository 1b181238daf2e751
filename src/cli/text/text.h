/* SPDX-License-Identifier: MIT */
/* Strings of any bytes for people: what a terminal could obey or not show is written as \xNN. */
#ifndef UDYN_CLI_TEXT_TEXT_H
#define UDYN_CLI_TEXT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Without quotes: for names, which are to be pasted; a backslash stays as it is. */
void udyn_text_put(FILE *out, const char *bytes, size_t length);

/* In quotes, with \n, \t, \" and \\: for values. */
void udyn_text_quote(FILE *out, const char *bytes, size_t length);

/* How many columns a string takes on a terminal, at one a character. */
size_t udyn_text_width(const char *string);

/* May this stream be written to in colour? A terminal, and no NO_COLOR (no-color.org). */
bool udyn_text_colour(void);

#endif
