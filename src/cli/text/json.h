/* SPDX-License-Identifier: MIT */
/* The parts of JSON that need care: strings of any bytes, and numbers that may not be finite. */
#ifndef UDYN_CLI_TEXT_JSON_H
#define UDYN_CLI_TEXT_JSON_H

#include <stddef.h>
#include <stdio.h>

/* A string with its quotes. Bytes that are not UTF-8 become U+FFFD: JSON can't hold them. */
void udyn_json_string(FILE *out, const char *bytes, size_t length);

/* A double with all its digits; NaN and the infinities, which JSON lacks, as strings. */
void udyn_json_double(FILE *out, double value);

/* The same digits, as few as bring the value back. */
void udyn_put_double(FILE *out, double value);

#endif
