/* SPDX-License-Identifier: MIT */
#include "system/linux/file/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HIGH 256

int udyn_descriptor_raise(int fd)
{
    struct rlimit limit;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, HIGH);

    /* EINVAL: HIGH is at the limit or above. */
    if (moved < 0 && errno == EINVAL && getrlimit(RLIMIT_NOFILE, &limit) == 0)
        moved = fcntl(fd, F_DUPFD_CLOEXEC, (int)limit.rlim_cur / 2);
    if (moved < 0)
        return fd;
    (void)close(fd); /* the other one stays */
    return moved;
}

/* The path of a descriptor of this process; by hand, as printf() is not for signal handlers. */
static void make_path(char path[32], int fd)
{
    char digits[16];
    char *next = stpcpy(path, "/proc/self/fd/");
    size_t count = 0;

    do
        digits[count++] = (char)('0' + fd % 10);
    while ((fd /= 10) != 0);
    while (count > 0)
        *next++ = digits[--count];
    *next = '\0';
}

bool udyn_descriptor_is(int fd, const char *kind)
{
    static const char prefix[] = "anon_inode:";
    char path[32], target[64];
    struct stat status;
    ssize_t length;

    if (fd < 0 || fstat(fd, &status) < 0 || (status.st_mode & S_IFMT) != 0)
        return false;
    make_path(path, fd);
    length = readlink(path, target, sizeof(target) - 1);
    if (length < 0)
        return true;
    target[length] = '\0';
    return strncmp(target, prefix, sizeof(prefix) - 1) == 0 &&
           strcmp(target + sizeof(prefix) - 1, kind) == 0;
}
