/* SPDX-License-Identifier: MIT */
#include "cli/doctor/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/text/text.h"

static bool is_bad;

void udyn_doctor_tell(enum udyn_finding finding, const char *what, const char *format, ...)
{
    static const char *const words[] = {"ok", "limit", "no"};
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m"};
    bool is_coloured = udyn_text_colour();
    char text[1024]; /* with paths and what other programs print */
    va_list values;

    is_bad |= finding == UDYN_FOUND_BAD;
    printf("%s%-5s%s  %-10s  ", is_coloured ? colours[finding] : "", words[finding],
           is_coloured ? "\033[0m" : "", what);
    va_start(values, format);
    vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    udyn_text_put(stdout, text, strlen(text));
    putchar('\n');
}

bool udyn_doctor_is_bad(void)
{
    return is_bad;
}
