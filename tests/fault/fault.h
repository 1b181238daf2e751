/* SPDX-License-Identifier: MIT */
/*
 * Makes one call fail: the n-th of its kind. Memory is short for the C library and the dynamic
 * linker too (malloc() and its like are replaced in the whole program); calls into the system fail
 * for this library alone (the linker's --wrap).
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

/* X(name of the call, the errors it is to fail with) */
#define FAULT_CALLS(X)                                                                             \
    X(memory, ENOMEM)                                                                              \
    X(open, EMFILE, ENFILE, EACCES, ENOSPC)                                                        \
    X(openat, EMFILE, EACCES)                                                                      \
    X(mkdirat, ENOSPC, EROFS, EACCES)                                                              \
    X(fchmod, EPERM)                                                                               \
    X(fstat, EIO)                                                                                  \
    X(fstatfs, EIO)                                                                                \
    X(lstat, EACCES)                                                                               \
    X(stat, ENOENT)                                                                                \
    X(fcntl, EMFILE)                                                                               \
    X(flock, ENOLCK)                                                                               \
    X(link, EMLINK, EPERM)                                                                         \
    X(memfd_create, EMFILE, ENOSYS, EPERM)                                                         \
    X(pwrite, ENOSPC, EIO, EDQUOT)                                                                 \
    X(getrandom, EAGAIN)                                                                           \
    X(mmap, ENOMEM)                                                                                \
    X(madvise, EINVAL)                                                                             \
    X(dlopen, EMFILE)                                                                              \
    X(eventfd, EMFILE, ENFILE)                                                                     \
    X(epoll_create1, EMFILE, ENFILE, ENOMEM)                                                       \
    X(epoll_ctl, ENOMEM, ENOSPC)                                                                   \
    X(timerfd_create, EMFILE, ENFILE)                                                              \
    X(inotify_init1, EMFILE)                                                                       \
    X(inotify_add_watch, ENOSPC)                                                                   \
    X(poll, ENOMEM)                                                                                \
    X(interrupted_pwrite, EINTR)                                                                   \
    X(short_pwrite, 0)

enum fault_call {
#define FAULT_ENUM(call, ...) FAULT_##call,
    FAULT_CALLS(FAULT_ENUM)
#undef FAULT_ENUM
    FAULT_COUNT
};

struct fault_kind {
    const char *name;
    int errors[5]; /* ends with 0 */
};

extern const struct fault_kind fault_kinds[FAULT_COUNT];

/* Lets the n-th call from here on fail, counted from 1. */
void fault_arm(enum fault_call call, unsigned int nth, int error);

/* No call fails any more. Returns whether one did. */
bool fault_disarm(void);

/* How many blocks of memory are allocated. */
long fault_live_blocks(void);

#endif
