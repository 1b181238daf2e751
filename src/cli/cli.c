/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text/text.h"

/* Paths and names are in it, which somebody else may have chosen. */
__attribute__((format(printf, 2, 0))) static void say(int error, const char *format, va_list values)
{
    char text[8192], line[4 * sizeof(text) + 128];
    FILE *out = fmemopen(line, sizeof(line), "w");

    vsnprintf(text, sizeof(text), format, values);
    if (out == NULL)
        return; /* no memory even to say so */
    fputs("usdt-dyn: ", out);
    udyn_text_put(out, text, strlen(text));
    fprintf(out, "%s%s\n", error != 0 ? ": " : "", error != 0 ? strerror(-error) : "");
    (void)fclose(out); /* in memory, and there is room */
    fputs(line, stderr);
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
    case ENOTDIR:
    case ELOOP:
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

bool udyn_is_interrupted(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
            sigismember(&pending, SIGHUP) == 1);
}
