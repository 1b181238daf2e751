/* SPDX-License-Identifier: MIT */
#include "base/error.h"

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
    const char *reason;
    size_t length;
    va_list values;

    va_start(values, format);
    vsnprintf(sentence, sizeof(sentence), format, values);
    va_end(values);

    /* strerror_r() is one of two functions, as _GNU_SOURCE says, and only known errors come here:
     * their text is constant. */
    reason = strerror(error);
    length = strlen(sentence);
    if (length + strlen(reason) + sizeof(": ") > sizeof(sentence))
        length =
            sizeof(sentence) - strlen(reason) - sizeof(": "); /* a long path: keep the reason */
    snprintf(sentence + length, sizeof(sentence) - length, ": %s", reason);
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
