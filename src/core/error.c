/* SPDX-License-Identifier: MIT */
#include "core/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usdt-dyn.h"

static _Thread_local char sentence[512];

int udyn_fail(int code, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(sentence, sizeof(sentence), format, values);
    va_end(values);
    udyn_debug("%s (%d)", sentence, code);
    return code;
}

int udyn_fail_errno(int error, const char *format, ...)
{
    char text[128] = "";
    size_t length;
    va_list values;

    va_start(values, format);
    vsnprintf(sentence, sizeof(sentence), format, values);
    va_end(values);

    /* The XSI strerror_r() of POSIX: returns int, fills the buffer. */
    if (strerror_r(error, text, sizeof(text)) != 0)
        snprintf(text, sizeof(text), "error %d", error);
    length = strlen(sentence);
    snprintf(sentence + length, sizeof(sentence) - length, ": %s", text);
    udyn_debug("%s (%d)", sentence, -error);
    return -error;
}

void udyn_debug(const char *format, ...)
{
    const char *wanted = getenv("USDT_DYN_DEBUG");
    int saved = errno;
    va_list values;
    char line[640];

    if (wanted == NULL || strcmp(wanted, "1") != 0)
        return;
    va_start(values, format);
    vsnprintf(line, sizeof(line), format, values);
    va_end(values);
    fprintf(stderr, "usdt-dyn: %s\n", line);
    errno = saved;
}

const char *usdt_dyn_last_error(void)
{
    return sentence;
}
