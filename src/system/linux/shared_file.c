/* SPDX-License-Identifier: MIT */
/*
 * One file for all processes of a user that have the same probes:
 *
 *   PLACE/usdt-dyn-UID/shared/PROVIDER.BUILD-ID.so
 *
 * The name tells the content, and the kernel's uprobes belong to the inode: one attach traces every
 * process that maps the file, and those to come. Whoever uses the file holds a shared flock(2) on
 * it; the last that frees its provider removes it. At exit it stays, for the processes to come.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "system/linux/folder.h"
#include "system/linux/private_file.h"

/* The path of the shared file of this content. */
static int make_path(char *path, size_t size, const char *folder, const char *provider,
                     const struct udyn_image_content *content)
{
    char id[2 * UDYN_BUILD_ID_SIZE + 1];
    size_t i;

    for (i = 0; i < UDYN_BUILD_ID_SIZE; i++)
        snprintf(id + 2 * i, 3, "%02x", content->build_id[i]);
    if (snprintf(path, size, "%s/shared/%s.%s.so", folder, provider, id) >= (int)size)
        return udyn_fail(-ENAMETOOLONG, "the path %s is too long", path);
    return 0;
}

/* Are the two files alike, byte by byte? */
static bool is_same_content(int a, int b)
{
    struct stat sa, sb;
    void *ma, *mb;
    bool is_same;

    if (fstat(a, &sa) < 0 || fstat(b, &sb) < 0 || sa.st_size != sb.st_size || sa.st_size == 0)
        return false;
    ma = mmap(NULL, (size_t)sa.st_size, PROT_READ, MAP_PRIVATE, a, 0);
    if (ma == MAP_FAILED)
        return false;
    mb = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_PRIVATE, b, 0);
    is_same = mb != MAP_FAILED && memcmp(ma, mb, (size_t)sa.st_size) == 0;
    (void)munmap(ma, (size_t)sa.st_size); /* it was mapped just now: it can't fail */
    if (mb != MAP_FAILED)
        (void)munmap(mb, (size_t)sb.st_size);
    return is_same;
}

/* Is the locked file still the one that the path leads to? Its last user may have removed it. */
static bool is_current(int fd, const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && udyn_fd_is(fd, status.st_dev, status.st_ino);
}

/*
 * Opens the shared file at `path`, or makes it of the finished file `own`. Returns a descriptor
 * that holds the lock, or a negative errno.
 */
static int open_or_link(const char *path, int own, const char *own_path)
{
    int fd, tries;

    for (tries = 0; tries < 1000; tries++) {
        if (link(own_path, path) == 0)
            return fcntl(own, F_DUPFD_CLOEXEC, 0);
        if (errno != EEXIST)
            return udyn_fail_errno(errno, "cannot make the shared file %s", path);
        fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno != ENOENT)
            return udyn_fail_errno(errno, "cannot open the shared file %s", path);
        if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) == 0 && is_current(fd, path)) {
            if (is_same_content(fd, own))
                return fd;
            (void)close(fd); /* read only */
            return udyn_fail(-ESTALE, "the shared file %s has another content: remove it", path);
        }
        if (fd >= 0)
            (void)close(fd); /* read only */
        (void)sched_yield(); /* its last user is about to remove it */
    }
    return udyn_fail(-EBUSY, "cannot lock the shared file %s", path);
}

/* Writes a file of our own and lets it be the shared one, or takes the shared one that is there. */
static int share(struct udyn_file *file, const char *path, const char *provider,
                 const struct udyn_image_content *content, const struct udyn_place_to_keep *place)
{
    char own_path[4096];
    int own = udyn_private_file_open(own_path, sizeof(own_path), provider, place);
    int fd = -1, error;

    if (own < 0)
        return own;
    error = udyn_image_content_write(content, own);
    if (error == 0 && flock(own, LOCK_SH | LOCK_NB) < 0)
        error = udyn_fail_errno(errno, "cannot lock %s", own_path);
    if (error == 0) {
        fd = open_or_link(path, own, own_path);
        error = fd < 0 ? fd : udyn_file_note(file, path, fd);
    }
    (void)unlink(own_path); /* it has its other name, or is not needed */
    (void)close(own);       /* written through libelf; the lock lives on in its copy */
    if (error < 0 && fd >= 0)
        (void)close(fd); /* a shared file that nobody uses stays for the next */
    if (error == 0)
        file->fd = fd;
    return error;
}

int udyn_shared_file_create(struct udyn_file *file, const char *provider,
                            const struct udyn_image_content *content,
                            const struct udyn_place_to_keep *place)
{
    char folder[4096], path[4096];
    int fd = udyn_folder_open(place, folder, sizeof(folder));
    int shared, error;

    *file = (struct udyn_file){.kind = UDYN_FILE_SHARED, .fd = -1};
    if (fd < 0)
        return fd;
    shared = udyn_folder_open_in(fd, folder, "shared");
    (void)close(fd); /* only a folder */
    if (shared < 0)
        return shared;
    (void)close(shared); /* it was to be there, and safe */
    error = make_path(path, sizeof(path), folder, provider, content);
    return error < 0 ? error : share(file, path, provider, content, place);
}
