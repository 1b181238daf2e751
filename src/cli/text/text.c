/* SPDX-License-Identifier: MIT */
#include "cli/text/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/text/utf8.h"

static bool put_short(FILE *out, char c)
{
    static const char letters[] = "\nn\tt\"\"\\\\";
    const char *found;

    for (found = letters; *found != '\0'; found += 2) {
        if (*found == c) {
            fputc('\\', out);
            fputc(found[1], out);
            return true;
        }
    }
    return false;
}

static void put_bytes(FILE *out, const char *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (; size > 0; size--, bytes++) {
        putc_unlocked('\\', out);
        putc_unlocked('x', out);
        putc_unlocked(digits[(unsigned char)*bytes >> 4], out);
        putc_unlocked(digits[(unsigned char)*bytes & 15], out);
    }
}

static bool is_plain(char c, bool is_quoted)
{
    return c >= 0x20 && c < 0x7f && !(is_quoted && (c == '"' || c == '\\'));
}

/* Names have no special characters as a rule: as many plain ones as there are at once. */
static size_t put_plain(FILE *out, const char *bytes, size_t length, bool is_quoted)
{
    size_t count = 0;

    while (count < length && is_plain(bytes[count], is_quoted))
        count++;
    if (count > 0)
        fwrite(bytes, 1, count, out);
    return count;
}

static void put(FILE *out, const char *bytes, size_t length, bool is_quoted)
{
    while (length > 0) {
        size_t size = put_plain(out, bytes, length, is_quoted);

        if (size == 0 && is_quoted && put_short(out, *bytes)) {
            size = 1;
        } else if (size == 0) {
            size = udyn_utf8_length(bytes, length);
            if (size > 0 && !udyn_utf8_is_obeyed(bytes, size))
                fwrite(bytes, 1, size, out);
            else
                put_bytes(out, bytes, size == 0 ? 1 : size);
            size = size == 0 ? 1 : size;
        }
        bytes += size;
        length -= size;
    }
}

void udyn_text_put(FILE *out, const char *bytes, size_t length)
{
    put(out, bytes, length, false);
}

void udyn_text_quote(FILE *out, const char *bytes, size_t length)
{
    fputc('"', out);
    put(out, bytes, length, true);
    fputc('"', out);
}

size_t udyn_text_width(const char *string)
{
    size_t width = 0;

    for (; *string != '\0'; string++)
        width += ((unsigned char)*string & 0xc0) != 0x80;
    return width;
}

bool udyn_text_colour(void)
{
    const char *refused = getenv("NO_COLOR");

    return (refused == NULL || refused[0] == '\0') && isatty(STDOUT_FILENO) == 1;
}
