/* SPDX-License-Identifier: MIT */
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/utf8.h"

/* C0, DEL and C1 (U+0080 to U+009F) are what terminals obey. */
static bool is_obeyed(const char *bytes, size_t size)
{
    unsigned char first = (unsigned char)bytes[0];

    return first < 0x20 || first == 0x7f ||
           (size == 2 && first == 0xc2 && (unsigned char)bytes[1] < 0xa0);
}

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

static void put(FILE *out, const char *bytes, size_t length, bool is_quoted)
{
    while (length > 0) {
        size_t size = udyn_utf8_length(bytes, length);

        if (size == 0 || is_obeyed(bytes, size)) {
            size = 1;
            if (!is_quoted || !put_short(out, *bytes))
                fprintf(out, "\\x%02x", (unsigned int)(unsigned char)*bytes);
        } else if (!is_quoted || !put_short(out, *bytes)) {
            fwrite(bytes, 1, size, out);
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
