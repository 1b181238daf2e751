/* SPDX-License-Identifier: MIT */
#include "cli/text/utf8.h"

uint32_t udyn_utf8_value(const char *bytes, size_t size)
{
    uint32_t value = (unsigned char)bytes[0];
    size_t i;

    if (size > 1)
        value &= 0x3fU >> (size - 1);
    for (i = 1; i < size; i++)
        value = value << 6 | ((unsigned char)bytes[i] & 0x3f);
    return value;
}

bool udyn_utf8_is_obeyed(const char *bytes, size_t size)
{
    uint32_t value = udyn_utf8_value(bytes, size);

    return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0x2028 || value == 0x2029 ||
           (value >= 0x202a && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069);
}

/* Unicode 15, table 3-7: shortest forms only, no surrogates, nothing above U+10FFFF. */
size_t udyn_utf8_length(const char *bytes, size_t left)
{
    unsigned char first = (unsigned char)bytes[0];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t value;
    size_t i;

    if (length == 1)
        return 1;
    if (first < 0xc2 || first > 0xf4 || left < length)
        return 0;
    for (i = 1; i < length; i++)
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            return 0;
    value = udyn_utf8_value(bytes, length);
    if ((length == 3 && value < 0x800) || (length == 4 && value < 0x10000) || value > 0x10ffff ||
        (value >= 0xd800 && value <= 0xdfff))
        return 0;
    return length;
}

size_t udyn_utf8_whole(const char *bytes, size_t length)
{
    size_t back;

    for (back = 1; back <= 3 && back <= length; back++) {
        unsigned char byte = (unsigned char)bytes[length - back];
        size_t size = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;

        if ((byte & 0xc0) != 0x80)
            return size > back ? length - back : length;
    }
    return length;
}
