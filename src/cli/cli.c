/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void say(int error, const char *format, va_list values)
{
    char text[1024];

    vsnprintf(text, sizeof(text), format, values);
    if (error != 0)
        fprintf(stderr, "usdt-dyn: %s: %s\n", text, strerror(-error));
    else
        fprintf(stderr, "usdt-dyn: %s\n", text);
}

void udyn_say(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    say(0, format, values);
    va_end(values);
}

void udyn_say_errno(int error, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    say(error, format, values);
    va_end(values);
}

enum udyn_status udyn_status_of(int error)
{
    switch (-error) {
    case 0:
        return UDYN_DONE;
    case ENOENT:
    case ESRCH:
    case ENOEXEC:
    case EBADMSG:
        return UDYN_NOTHING;
    case EINVAL:
        return UDYN_USAGE;
    default:
        return UDYN_REFUSED;
    }
}

void *udyn_reallocate(void *old, size_t count, size_t size)
{
    void *memory = reallocarray(old, count, size);

    if (memory == NULL && count > 0 && size > 0) {
        udyn_say("no memory for %zu times %zu bytes", count, size);
        exit(UDYN_REFUSED);
    }
    return memory;
}

void *udyn_allocate(size_t count, size_t size)
{
    void *memory = udyn_reallocate(NULL, count, size);

    if (memory != NULL)
        memset(memory, 0, count * size);
    return memory;
}

char *udyn_copy(const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(udyn_allocate(size, 1), string, size);
}
