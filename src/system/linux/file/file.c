/* SPDX-License-Identifier: MIT */
#include "system/linux/file/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"

int udyn_file_identify(struct udyn_file *file, const char *path, const struct stat *status)
{
    file->path = strdup(path);
    if (file->path == NULL)
        return udyn_fail(-ENOMEM, "no memory for the path %s", path);
    file->inode = udyn_inode_of(status);
    return 0;
}

void udyn_file_close(struct udyn_file *file)
{
    if (udyn_inode_is_fd(&file->inode, file->fd))
        (void)close(file->fd);
    file->fd = -1;
}

void udyn_file_forget(struct udyn_file *file)
{
    udyn_file_close(file);
    free(file->path);
    file->path = NULL;
}

int udyn_file_write_at(int fd, const char *path, const void *bytes, size_t size, uint64_t offset)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t done = pwrite(fd, next, size, (off_t)offset);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return udyn_fail_errno(done < 0 ? errno : EIO, "cannot write to %s", path);
        next += done;
        size -= (size_t)done;
        offset += (uint64_t)done;
    }
    return 0;
}

int udyn_file_write(int fd, const char *path, const struct udyn_content *content)
{
    struct rlimit limit;

    /* A write beyond the limit would end the process with SIGXFSZ. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && content->file.size > limit.rlim_cur)
        return udyn_fail(-EFBIG, "an image has %zu bytes and RLIMIT_FSIZE is %llu: raise it",
                         content->file.size, (unsigned long long)limit.rlim_cur);
    return udyn_file_write_at(fd, path, content->file.bytes, content->file.size, 0);
}
