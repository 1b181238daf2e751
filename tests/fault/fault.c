/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>

const struct fault_kind fault_kinds[FAULT_COUNT] = {
#define FAULT_KIND(call, ...) [FAULT_##call] = {#call, {__VA_ARGS__, 0}},
    FAULT_CALLS(FAULT_KIND)
#undef FAULT_KIND
};

static enum fault_call armed = FAULT_COUNT;
static unsigned int calls, wanted;
static int error_to_give;
static bool has_struck;
static long live_blocks;

void fault_arm(enum fault_call call, unsigned int nth, int error)
{
    calls = 0;
    wanted = nth;
    error_to_give = error;
    has_struck = false;
    armed = call;
}

bool fault_disarm(void)
{
    armed = FAULT_COUNT;
    return has_struck;
}

long fault_live_blocks(void)
{
    return live_blocks;
}

static bool strikes(enum fault_call call)
{
    if (call != armed || ++calls != wanted)
        return false;
    has_struck = true;
    errno = error_to_give;
    return true;
}

/* ---- Memory, for the whole program: glibc allows a program to bring its own --------------------
 */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static void *counted(void *block)
{
    (void)__atomic_fetch_add(&live_blocks, block != NULL, __ATOMIC_RELAXED);
    return block;
}

void *malloc(size_t size)
{
    return strikes(FAULT_memory) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return strikes(FAULT_memory) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (strikes(FAULT_memory))
        return NULL;
    return block == NULL ? counted(__libc_realloc(NULL, size)) : __libc_realloc(block, size);
}

void free(void *block)
{
    (void)__atomic_fetch_sub(&live_blocks, block != NULL, __ATOMIC_RELAXED);
    __libc_free(block);
}

/* ---- Calls into the system ----------------------------------------------------------------------
 */

/* WRAP(call, (parameters), (arguments)): a call that returns -1 with errno. */
#define WRAP(call, parameters, arguments)                                                          \
    int __real_##call parameters;                                                                  \
    int __wrap_##call parameters;                                                                  \
    int __wrap_##call parameters                                                                   \
    {                                                                                              \
        return strikes(FAULT_##call) ? -1 : __real_##call arguments;                               \
    }

WRAP(mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
WRAP(fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(fstat, (int fd, struct stat *status), (fd, status))
WRAP(fstatfs, (int fd, struct statfs *status), (fd, status))
WRAP(lstat, (const char *path, struct stat *status), (path, status))
WRAP(stat, (const char *path, struct stat *status), (path, status))
WRAP(flock, (int fd, int operation), (fd, operation))
WRAP(link, (const char *from, const char *to), (from, to))
WRAP(memfd_create, (const char *name, unsigned int flags), (name, flags))
WRAP(eventfd, (unsigned int initial, int flags), (initial, flags))
WRAP(epoll_create1, (int flags), (flags))
WRAP(epoll_ctl, (int poll_fd, int operation, int fd, struct epoll_event *event),
     (poll_fd, operation, fd, event))
WRAP(timerfd_create, (int clock, int flags), (clock, flags))
WRAP(inotify_init1, (int flags), (flags))
WRAP(inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))
WRAP(madvise, (void *address, size_t size, int advice), (address, size, advice))
WRAP(poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset);
ssize_t __real_getrandom(void *bytes, size_t size, unsigned int flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned int flags);
void *__real_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset);
void *__real_dlopen(const char *path, int flags);
void *__wrap_dlopen(const char *path, int flags);

int __wrap_open(const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode;

    va_start(rest, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return strikes(FAULT_open) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode;

    va_start(rest, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return strikes(FAULT_openat) ? -1 : __real_openat(folder, path, flags, mode);
}

int __wrap_fcntl(int fd, int command, ...)
{
    va_list rest;
    int value;

    va_start(rest, command);
    value = va_arg(rest, int); /* the library makes copies of descriptors and nothing else */
    va_end(rest);
    return strikes(FAULT_fcntl) ? -1 : __real_fcntl(fd, command, value);
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    if (strikes(FAULT_pwrite) || strikes(FAULT_interrupted_pwrite))
        return -1;
    if (strikes(FAULT_short_pwrite))
        size = (size + 1) / 2;
    return __real_pwrite(fd, bytes, size, offset);
}

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned int flags)
{
    return strikes(FAULT_getrandom) ? -1 : __real_getrandom(bytes, size, flags);
}

void *__wrap_mmap(void *address, size_t size, int rights, int flags, int fd, off_t offset)
{
    if (strikes(FAULT_mmap))
        return (void *)-1;
    return __real_mmap(address, size, rights, flags, fd, offset);
}

void *__wrap_dlopen(const char *path, int flags)
{
    return strikes(FAULT_dlopen) ? NULL : __real_dlopen(path, flags);
}
