/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const type_names[] = {
    [USDT_DYN_INT8] = "int8",     [USDT_DYN_UINT8] = "uint8",   [USDT_DYN_INT16] = "int16",
    [USDT_DYN_UINT16] = "uint16", [USDT_DYN_INT32] = "int32",   [USDT_DYN_UINT32] = "uint32",
    [USDT_DYN_INT64] = "int64",   [USDT_DYN_UINT64] = "uint64", [USDT_DYN_POINTER] = "pointer",
    [USDT_DYN_STRING] = "string", [USDT_DYN_DOUBLE] = "double",
};

bool target_parse_type(const char *name, usdt_dyn_type *type)
{
    size_t i;

    for (i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
        if (strcmp(type_names[i], name) == 0) {
            *type = (usdt_dyn_type)i;
            return true;
        }
    }
    return false;
}

/* Puts the text into a file and maps it: the page is known to the kernel, but not in this process's
 * page table until somebody reads it. */
static const char *map_untouched(const char *text)
{
    char path[] = "/tmp/usdt-dyn-target.XXXXXX";
    size_t size = strlen(text) + 1;
    const char *mapped = MAP_FAILED;
    int fd = mkstemp(path);

    if (fd < 0)
        return NULL;
    if (unlink(path) == 0 && write(fd, text, size) == (ssize_t)size)
        mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return mapped == MAP_FAILED ? NULL : mapped;
}

static const char *parse_string(const char *text)
{
    char *letters;
    size_t length;

    if (text[0] == '=')
        return strdup(text + 1);
    if (strcmp(text, "empty") == 0)
        return "";
    if (strncmp(text, "untouched=", 10) == 0)
        return map_untouched(text + 10);
    if (text[0] != 'x' || (length = strtoul(text + 1, NULL, 10)) == 0 ||
        (letters = calloc(1, length + 1)) == NULL)
        return NULL;
    for (size_t i = 0; i < length; i++)
        letters[i] = (char)('a' + i % 26);
    return letters;
}

bool target_parse_value(const char *text, usdt_dyn_type type, uint64_t *slot)
{
    char *end = NULL;

    switch (type) {
    case USDT_DYN_STRING:
        *slot = (uintptr_t)(strcmp(text, "null") == 0 ? NULL : parse_string(text));
        return *slot != 0 || strcmp(text, "null") == 0;
    case USDT_DYN_DOUBLE:
        *slot = usdt_dyn_f64(strtod(text, &end));
        break;
    default:
        *slot = text[0] == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
    }
    return *text != '\0' && *end == '\0';
}

int target_fork(const char *how)
{
    if (strcmp(how, "fork") == 0)
        return fork();
    if (strcmp(how, "_Fork") == 0)
        return _Fork();
    if (strcmp(how, "clone") == 0)
        return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    return -1;
}
