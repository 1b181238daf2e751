/* SPDX-License-Identifier: MIT */
/*
 * Named files that belong to one process, in a folder of its own:
 *
 *   PLACE/usdt-dyn-UID/PID-RANDOM/PROVIDER.N.so
 *
 * The process folder is kept open and locked with flock(2). A lock goes when the last process that
 * has it is gone, however it ended: so what a killed process left is told from what is in use, and
 * the next process of the user that makes a folder there sweeps it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "system/linux/folder.h"
#include "system/linux/private_file.h"
#include "system/linux/process.h"

struct process_folder {
    struct process_folder *next;
    int fd; /* holds the lock */
    dev_t dev;
    ino_t ino;
    uint32_t generation;
    unsigned int files; /* the number of the last one */
    char *place;
    char path[];
};

static struct process_folder *folders;

/* Reads the PID of "PID-RANDOM"; 0 if the name is not of that form. */
static pid_t owner_of(const char *name)
{
    unsigned int pid, random;
    int length = 0;

    if (sscanf(name, "%u-%8x%n", &pid, &random, &length) != 2 || name[length] != '\0' ||
        pid > INT32_MAX)
        return 0;
    return (pid_t)pid;
}

/* Removes a folder that no process has locked, with the images in it. */
static void remove_abandoned(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory;
    struct dirent *entry;

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || (directory = fdopendir(fd)) == NULL) {
        (void)close(fd); /* only a folder */
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);

        if (length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0)
            (void)unlinkat(fd, entry->d_name, 0); /* if not now, then by the next sweep */
    }
    (void)unlinkat(parent, name, AT_REMOVEDIR); /* likewise */
    (void)closedir(directory);
}

/*
 * A process that has closed all its descriptors has lost its lock; so its folder is left alone as
 * long as there is a process with its number.
 */
static void sweep(int parent)
{
    int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (directory == NULL) {
        if (fd >= 0)
            (void)close(fd); /* only a folder */
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        pid_t pid = owner_of(entry->d_name);

        if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH)
            remove_abandoned(parent, entry->d_name);
    }
    (void)closedir(directory);
}

/* Makes and locks PARENT/PID-RANDOM. Returns its descriptor or a negative errno. */
static int make_locked_folder(int parent, const char *parent_path, char name[32])
{
    unsigned int random, tries;
    struct stat status;
    int fd;

    for (tries = 0; tries < 100; tries++) {
        if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
            random = tries; /* uniqueness is what matters, and mkdir sees to it */
        snprintf(name, 32, "%d-%08x", (int)getpid(), random);
        fd = udyn_folder_open_in(parent, parent_path, name);
        if (fd < 0)
            return fd;
        /* Another process may have swept it before the lock was on it: then make another. */
        if (flock(fd, LOCK_SH | LOCK_NB) == 0 && fstat(fd, &status) == 0 && status.st_nlink > 0)
            return fd;
        (void)close(fd); /* only a folder */
    }
    return udyn_fail(-EBUSY, "cannot lock a folder in %s", parent_path);
}

static struct process_folder *folder_new(int fd, const char *place, const char *parent,
                                         const char *name)
{
    size_t path_size = strlen(parent) + 1 + strlen(name) + 1;
    struct process_folder *folder = calloc(1, sizeof(*folder) + path_size + strlen(place) + 1);
    struct stat status;

    if (folder == NULL) {
        udyn_fail(-ENOMEM, "no memory for the path of a folder");
        return NULL;
    }
    if (fstat(fd, &status) < 0) {
        udyn_fail_errno(errno, "cannot look at the folder %s/%s", parent, name);
        free(folder);
        return NULL;
    }
    snprintf(folder->path, path_size, "%s/%s", parent, name);
    folder->place = strcpy(folder->path + path_size, place);
    folder->fd = fd;
    folder->dev = status.st_dev;
    folder->ino = status.st_ino;
    folder->generation = udyn_process_generation();
    return folder;
}

static int make_folder(struct process_folder **made, const struct udyn_place_to_keep *place)
{
    char parent_path[4096], name[32];
    int parent = udyn_folder_open(place, parent_path, sizeof(parent_path));
    int fd, error = 0;

    if (parent < 0)
        return parent;
    sweep(parent);
    fd = make_locked_folder(parent, parent_path, name);
    if (fd < 0) {
        error = fd;
    } else {
        *made = folder_new(fd, place->folder, parent_path, name);
        if (*made == NULL) {
            error = -ENOMEM;
            (void)unlinkat(parent, name, AT_REMOVEDIR); /* made just now, empty */
            (void)close(fd);                            /* only a folder */
        } else {
            (*made)->next = folders;
            folders = *made;
        }
    }
    (void)close(parent); /* only a folder */
    return error;
}

static void forget_folder(struct process_folder *folder)
{
    struct process_folder **link;

    for (link = &folders; *link != folder; link = &(*link)->next)
        ;
    *link = folder->next;
    if (udyn_fd_is(folder->fd, folder->dev, folder->ino))
        (void)close(folder->fd); /* only a folder */
    free(folder);
}

/* The folder of this process in a place. */
static int get_folder(struct process_folder **folder, const struct udyn_place_to_keep *place)
{
    struct stat status;

    for (*folder = folders; *folder != NULL; *folder = (*folder)->next) {
        if (strcmp((*folder)->place, place->folder) != 0 ||
            (*folder)->generation != udyn_process_generation())
            continue;
        if (lstat((*folder)->path, &status) == 0 && status.st_dev == (*folder)->dev &&
            status.st_ino == (*folder)->ino)
            return 0;
        forget_folder(*folder); /* somebody has removed it */
        break;
    }
    return make_folder(folder, place);
}

int udyn_private_file_open(char *path, size_t size, const char *provider,
                           const struct udyn_place_to_keep *place)
{
    struct process_folder *folder;
    int fd, error;

    error = get_folder(&folder, place);
    if (error < 0)
        return error;
    if (snprintf(path, size, "%s/%s.%u.so", folder->path, provider, ++folder->files) >= (int)size)
        return udyn_fail(-ENAMETOOLONG, "the path %s is too long", path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return udyn_fail_errno(errno, "cannot make the file %s", path);
    return fd;
}

int udyn_private_file_create(struct udyn_file *file, const char *provider,
                             const struct udyn_image_content *content,
                             const struct udyn_place_to_keep *place)
{
    char path[4096];
    int fd = udyn_private_file_open(path, sizeof(path), provider, place);
    int error;

    *file = (struct udyn_file){.kind = UDYN_FILE_PRIVATE, .fd = -1};
    if (fd < 0)
        return fd;
    error = udyn_file_write(fd, path, content);
    if (error == 0)
        error = udyn_file_note(file, path, fd);
    if (error < 0)
        (void)unlink(path); /* made just now */
    (void)close(fd);        /* found again by its path */
    return error;
}

void udyn_private_folders_remove(uint32_t generation)
{
    struct process_folder *folder;

    for (folder = folders; folder != NULL; folder = folder->next)
        if (folder->generation == generation)
            (void)rmdir(folder->path); /* fails if something is in it: then it stays */
}
