/* SPDX-License-Identifier: MIT */
#include "cli/text/json.h"

#include <math.h>
#include <stdlib.h>

#include "cli/text/utf8.h"

static void put_number(FILE *out, uint32_t value)
{
    static const char digits[] = "0123456789abcdef";
    int shift;

    fputs("\\u", out);
    for (shift = 12; shift >= 0; shift -= 4)
        putc_unlocked(digits[value >> shift & 15], out);
}

static void put_character(FILE *out, const char *bytes, size_t size)
{
    switch (*bytes) {
    case '"':
    case '\\':
        fputc('\\', out);
        fputc(*bytes, out);
        break;
    case '\n':
        fputs("\\n", out);
        break;
    case '\t':
        fputs("\\t", out);
        break;
    default:
        if (udyn_utf8_is_obeyed(bytes, size))
            put_number(out, udyn_utf8_value(bytes, size));
        else
            fwrite(bytes, 1, size, out);
    }
}

static size_t put_plain(FILE *out, const char *bytes, size_t length)
{
    size_t count = 0;

    while (count < length && bytes[count] >= 0x20 && bytes[count] < 0x7f && bytes[count] != '"' &&
           bytes[count] != '\\')
        count++;
    if (count > 0)
        fwrite(bytes, 1, count, out);
    return count;
}

void udyn_json_string(FILE *out, const char *bytes, size_t length)
{
    fputc('"', out);
    while (length > 0) {
        size_t size = put_plain(out, bytes, length);

        if (size == 0) {
            size = udyn_utf8_length(bytes, length);
            if (size > 0)
                put_character(out, bytes, size);
            else
                fputs("\xef\xbf\xbd", out);
            size = size == 0 ? 1 : size;
        }
        bytes += size;
        length -= size;
    }
    fputc('"', out);
}

void udyn_put_double(FILE *out, double value)
{
    char text[32];
    int digits;

    /* 17 digits always bring a double back; most need fewer. */
    for (digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

void udyn_json_double(FILE *out, double value)
{
    if (isnan(value))
        fputs("\"NaN\"", out);
    else if (isinf(value))
        fputs(value > 0 ? "\"Infinity\"" : "\"-Infinity\"", out);
    else
        udyn_put_double(out, value);
}
