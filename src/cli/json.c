/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include <math.h>
#include <stdlib.h>

#include "cli/utf8.h"

static void put_plain(FILE *out, char c)
{
    switch (c) {
    case '"':
    case '\\':
        fputc('\\', out);
        fputc(c, out);
        break;
    case '\n':
        fputs("\\n", out);
        break;
    case '\t':
        fputs("\\t", out);
        break;
    default:
        if ((unsigned char)c < 0x20 || c == 0x7f)
            fprintf(out, "\\u%04x", (unsigned int)c);
        else
            fputc(c, out);
    }
}

void udyn_json_string(FILE *out, const char *bytes, size_t length)
{
    fputc('"', out);
    while (length > 0) {
        size_t size = udyn_utf8_length(bytes, length);

        if (size == 1)
            put_plain(out, *bytes);
        else if (size == 0)
            fputs("\xef\xbf\xbd", out);
        else
            fwrite(bytes, 1, size, out);
        if (size == 0)
            size = 1;
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
