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
#include "system/linux/file/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/file/folder.h"
#include "system/linux/file/private.h"

/* The path of the shared file of this content. */
static int make_path(char *path, size_t size, const char *folder, const char *provider,
                     const struct udyn_content *content)
{
    char id[2 * UDYN_BUILD_ID_SIZE + 1];
    size_t i;

    for (i = 0; i < UDYN_BUILD_ID_SIZE; i++)
        snprintf(id + 2 * i, 3, "%02x", content->file.bytes[content->build_id + i]);
    if (snprintf(path, size, "%s/shared/%s.%s.so", folder, provider, id) >= (int)size)
        return udyn_fail(-ENAMETOOLONG, "the path %.128s... is too long", path);
    return 0;
}

/* Has the file this content, byte by byte? */
static bool has_content(int fd, const struct stat *status, const struct udyn_content *content)
{
    void *bytes;
    bool is_same;

    if ((size_t)status->st_size != content->file.size)
        return false;
    /* Not MAP_PRIVATE: the kernel would write the breakpoints of the tracers into it
     * (kernel/events/uprobes.c, valid_vma()). */
    bytes = mmap(NULL, content->file.size, PROT_READ, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        return false;
    is_same = memcmp(bytes, content->file.bytes, content->file.size) == 0;
    (void)munmap(bytes, content->file.size); /* it was mapped just now: it can't fail */
    return is_same;
}

/* Locks the shared file and looks whether it is what it should be. Returns 0, -ENOENT if its last
 * user is about to remove it or has done so, or another negative errno with a sentence. */
static int check_existing(int fd, const char *path, struct stat *status,
                          const struct udyn_content *content)
{
    struct udyn_inode inode;

    if (fstat(fd, status) < 0)
        return udyn_fail_errno(errno, "cannot look at %s", path);
    inode = udyn_inode_of(status);
    if (flock(fd, LOCK_SH | LOCK_NB) < 0 || !udyn_inode_is_at(&inode, path))
        return -ENOENT;
    if (!has_content(fd, status, content))
        return udyn_fail(-ESTALE, "the shared file %s has another content: remove it", path);
    return 0;
}

/* Opens the shared file that is there, with the lock on it. Returns a descriptor, with what fstat()
 * says in `status`, or what check_existing() returns, also -ENOENT if there is none. */
static int open_existing(const char *path, struct stat *status, const struct udyn_content *content)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    int error;

    if (fd < 0)
        return errno == ENOENT ? -ENOENT : udyn_fail_errno(errno, "cannot open %s", path);
    error = check_existing(fd, path, status, content);
    if (error == 0)
        return fd;
    (void)close(fd);
    return error;
}

/* Makes the shared file: written and locked under another name first, so that nobody ever sees it
 * unfinished. Returns a descriptor like open_existing(), -EEXIST if another process was first, or
 * another negative errno with a sentence. */
static int make_shared(const char *path, struct stat *status, const char *provider,
                       const struct udyn_content *content, const struct udyn_place *place)
{
    char own_path[4096];
    int fd = udyn_private_file_open(own_path, sizeof(own_path), status, provider, place);
    int error;

    if (fd < 0)
        return fd;
    error = udyn_file_write(fd, own_path, content);
    if (error == 0 && flock(fd, LOCK_SH | LOCK_NB) < 0)
        error = udyn_fail_errno(errno, "cannot lock %s", own_path);
    if (error == 0 && link(own_path, path) < 0)
        error = errno == EEXIST ? -EEXIST : udyn_fail_errno(errno, "cannot make %s", path);
    (void)unlink(own_path); /* it has its other name, or is not needed */
    if (error == 0)
        return fd;
    (void)close(fd);
    return error;
}

static int open_or_make(const char *path, struct stat *status, const char *provider,
                        const struct udyn_content *content, const struct udyn_place *place)
{
    int fd, tries;

    /* Each turn that fails is another process that made or removed the file meanwhile. */
    for (tries = 0; tries < 1000; tries++) {
        fd = open_existing(path, status, content);
        if (fd == -ENOENT)
            fd = make_shared(path, status, provider, content, place);
        if (fd != -EEXIST)
            return fd;
        (void)sched_yield(); /* a hint, no more */
    }
    return udyn_fail(-EBUSY, "cannot lock the shared file %s", path);
}

int udyn_shared_file_make(struct udyn_file *file, const char *provider,
                          const struct udyn_content *content, const struct udyn_place *place)
{
    char folder[4096], path[4096];
    struct stat status;
    int fd = udyn_folder_open(place, folder, sizeof(folder));
    int shared, error;

    *file = (struct udyn_file){.kind = UDYN_FILE_SHARED, .fd = -1};
    if (fd < 0)
        return fd;
    shared = udyn_folder_open_in(fd, folder, "shared");
    (void)close(fd);
    if (shared < 0)
        return shared;
    (void)close(shared); /* it was to be there, and safe */
    error = make_path(path, sizeof(path), folder, provider, content);
    if (error < 0)
        return error;
    fd = open_or_make(path, &status, provider, content, place);
    if (fd < 0)
        return fd;
    error = udyn_file_identify(file, path, &status);
    if (error < 0)
        (void)close(fd); /* a shared file that nobody uses stays for the next */
    else
        file->fd = fd;
    return error;
}

/*
 * All who use a shared file have a lock on it; whoever can lock it alone is the last. A child has
 * inherited the parent's lock: so ours is given up first, and what can't be locked then is in use.
 */
void udyn_shared_file_remove(struct udyn_file *file)
{
    int fd;

    udyn_file_close(file);
    fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return; /* gone already is as good */
    if (udyn_inode_is_fd(&file->inode, fd) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlink(file->path); /* if not now, then by the next who is the last */
    (void)close(fd);
}
