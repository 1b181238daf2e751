/* SPDX-License-Identifier: MIT */
/* Images in anonymous memory. */
#include "system/linux/file/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/name.h"
#include "system/linux/file/descriptor.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

static bool is_taken(const char *path, const struct udyn_file *others)
{
    for (; others != NULL; others = others->next)
        if (strcmp(others->path, path) == 0)
            return true;
    return false;
}

/*
 * The name of a descriptor in /proc, as tracers outside and dlopen() take it. Not /proc/self: gdb
 * reads the name from the link map and would open a descriptor of its own.
 *
 * dlopen() knows objects by their names first: a descriptor's number that was closed behind our
 * back and given out again would lead to the old image. So a number is not used twice.
 */
static int name_descriptor(int *fd, char path[64], struct stat *own, const struct udyn_file *others)
{
    struct stat named;
    int other;

    for (;;) {
        snprintf(path, 64, "/proc/%d/fd/%d", (int)getpid(), *fd);
        if (!is_taken(path, others))
            break;
        other = fcntl(*fd, F_DUPFD_CLOEXEC, *fd + 1);
        if (other < 0)
            return udyn_fail_errno(errno, "no descriptor for a memfd");
        (void)close(*fd); /* the other one stays */
        *fd = other;
    }
    if (stat(path, &named) < 0)
        return udyn_fail_errno(errno, "a memfd needs /proc: cannot look at %s", path);
    if (fstat(*fd, own) < 0)
        return udyn_fail_errno(errno, "cannot look at a memfd");
    if (named.st_dev != own->st_dev || named.st_ino != own->st_ino)
        return udyn_fail(-ENOENT, "a memfd needs the /proc of this pid namespace: mount it");
    return 0;
}

int udyn_memfd_make(struct udyn_file *file, const char *provider,
                    const struct udyn_content *content, const struct udyn_file *others)
{
    char name[UDYN_NAME_MAX + sizeof("usdt-dyn.")];
    char path[64];
    struct stat status;
    int fd, error;

    *file = (struct udyn_file){.kind = UDYN_FILE_MEMFD, .fd = -1};
    /* Shown in /proc/PID/maps as "/memfd:usdt-dyn.PROVIDER (deleted)". */
    snprintf(name, sizeof(name), "usdt-dyn.%s", provider);
    /* MFD_NOEXEC_SEAL (6.3) takes the x bits, which mmap() does not ask for, and is all that
     * vm.memfd_noexec=2 lets pass. Older kernels do not know it. */
    fd = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return udyn_fail_errno(errno, "cannot make a memfd");
    fd = udyn_descriptor_raise(fd);
    error = name_descriptor(&fd, path, &status, others);
    if (error == 0)
        error = udyn_file_write(fd, path, content);
    if (error == 0)
        error = udyn_file_identify(file, path, &status);
    /* To read what is cut off is SIGBUS, for every check of a semaphore. Only an emulator refuses.
     */
    if (error == 0)
        (void)fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
    if (error < 0)
        (void)close(fd); /* and the memory goes with it */
    else
        file->fd = fd;
    return error;
}
