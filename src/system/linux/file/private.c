/* SPDX-License-Identifier: MIT */
/*
 * Named files that belong to one process, in a folder of its own:
 *
 *   PLACE/usdt-dyn-UID/PID-NAMESPACE-RANDOM/PROVIDER.N.so
 *
 * The process folder is kept open and locked with flock(2). A forked child inherits the lock, and
 * it goes when the last process that has it is gone, however it ended: so what a killed process
 * left is told from what is in use, and the next process of the user that makes a folder there
 * sweeps it. A process that closes all its descriptors loses the lock: so the sweep also leaves
 * alone what belongs to a process that is alive, or to another pid namespace (given by its inode),
 * where it can't tell.
 */
#include "system/linux/file/private.h"

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

#include "base/error.h"
#include "system/linux/file/folder.h"
#include "system/system.h"

struct process_folder {
    struct process_folder *next;
    struct udyn_file file; /* the folder itself: its descriptor holds the lock */
    uint32_t generation;
    unsigned int files; /* the number of the last one */
    char *place;
};

static struct process_folder *folders;
static bool is_ending; /* nothing would remove what is made now */

/* The inode of this pid namespace, 0 if it is not to be known. */
static unsigned int pid_namespace(void)
{
    struct stat status;

    return stat("/proc/self/ns/pid", &status) == 0 ? (unsigned int)status.st_ino : 0;
}

/* Has this process a file of the folder mapped? */
static bool is_mapped(const char *name)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    if (maps == NULL)
        return true; /* in doubt */
    while (!found && getline(&line, &size, maps) >= 0)
        found = strstr(line, name) != NULL;
    found = found || !feof(maps);
    free(line);
    (void)fclose(maps);
    return found;
}

/* Is the process that made a folder of this name gone? Not if there is any doubt. */
static bool is_owner_gone(const char *name, unsigned int own_namespace)
{
    unsigned int pid, namespace, random;
    int length = 0;

    if (sscanf(name, "%u-%x-%8x%n", &pid, &namespace, &random, &length) != 3 ||
        name[length] != '\0' || pid == 0 || pid > INT32_MAX)
        return false; /* none of ours */
    if (namespace == 0 || namespace != own_namespace)
        return false;
    /* A folder of our own pid: from before an exec, of an earlier process, or of another copy of
     * the library, which a plugin may have in it. */
    if ((pid_t)pid == getpid())
        return !is_mapped(name);
    return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* Removes the images in a folder. Takes the descriptor. */
static void remove_images(int fd)
{
    DIR *directory = fdopendir(fd);
    struct dirent *entry;

    if (directory == NULL) {
        (void)close(fd);
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);

        if (length > 3 && strcmp(entry->d_name + length - 3, ".so") == 0)
            (void)unlinkat(fd, entry->d_name, 0); /* if not now, then by the next sweep */
    }
    (void)closedir(directory);
}

/* Removes a folder that no process has locked, with the images in it. */
static void remove_abandoned(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        (void)close(fd);
        return;
    }
    remove_images(fd);
    (void)unlinkat(parent, name, AT_REMOVEDIR); /* if not now, then by the next sweep */
}

static void sweep(int parent)
{
    unsigned int own_namespace = pid_namespace();
    int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (directory == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while ((entry = readdir(directory)) != NULL)
        if (is_owner_gone(entry->d_name, own_namespace))
            remove_abandoned(parent, entry->d_name);
    (void)closedir(directory);
}

/* Makes and locks PARENT/PID-NAMESPACE-RANDOM. Returns its descriptor or a negative errno. */
static int make_locked_folder(int parent, const char *parent_path, char name[48],
                              struct stat *status)
{
    unsigned int random, tries;
    int fd;

    for (tries = 0; tries < 100; tries++) {
        if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
            random = tries; /* uniqueness is what matters, and mkdir sees to it */
        snprintf(name, 48, "%d-%x-%08x", (int)getpid(), pid_namespace(), random);
        fd = udyn_folder_open_in(parent, parent_path, name);
        if (fd < 0)
            return fd;
        /* Another process may have swept it before the lock was on it: then make another. */
        if (flock(fd, LOCK_SH | LOCK_NB) == 0 && fstat(fd, status) == 0 && status->st_nlink > 0)
            return fd;
        (void)close(fd);
    }
    return udyn_fail(-EBUSY, "cannot lock a folder in %s", parent_path);
}

static struct process_folder *folder_new(int fd, const struct stat *status, const char *place,
                                         const char *path)
{
    struct process_folder *folder = calloc(1, sizeof(*folder));

    if (folder == NULL || (folder->place = strdup(place)) == NULL) {
        (void)udyn_fail(-ENOMEM, "no memory for the path of a folder");
        free(folder);
        return NULL;
    }
    if (udyn_file_identify(&folder->file, path, status) < 0) {
        free(folder->place);
        free(folder);
        return NULL;
    }
    folder->file.fd = fd;
    folder->generation = udyn_system_generation();
    return folder;
}

/* Keeps a folder that was just made and locked. */
static int keep_folder(struct process_folder **kept, int fd, const struct stat *status,
                       const char *place, const char *parent, const char *name)
{
    char path[4096];

    *kept = NULL;
    if (snprintf(path, sizeof(path), "%s/%s", parent, name) >= (int)sizeof(path))
        return udyn_fail(-ENAMETOOLONG, "the path of the folder %.128s... is too long", parent);
    *kept = folder_new(fd, status, place, path);
    if (*kept == NULL)
        return -ENOMEM;
    (*kept)->next = folders;
    folders = *kept;
    return 0;
}

static int make_folder(struct process_folder **made, const struct udyn_place *place)
{
    char parent_path[4096], name[48];
    int parent = udyn_folder_open(place, parent_path, sizeof(parent_path));
    struct stat status;
    int fd, error;

    *made = NULL;
    if (parent < 0)
        return parent;
    sweep(parent);
    fd = make_locked_folder(parent, parent_path, name, &status);
    error = fd < 0 ? fd : keep_folder(made, fd, &status, place->folder, parent_path, name);
    if (fd >= 0 && error < 0) {
        (void)unlinkat(parent, name, AT_REMOVEDIR);
        (void)close(fd);
    }
    (void)close(parent);
    return error;
}

static void forget_folder(struct process_folder *folder)
{
    struct process_folder **link;

    for (link = &folders; *link != folder; link = &(*link)->next)
        ;
    *link = folder->next;
    udyn_file_close(&folder->file);
    free(folder->file.path);
    free(folder->place);
    free(folder);
}

/* Is the folder gone from the file system? Not if this process just can't get at it any more. */
static bool is_removed(const struct process_folder *folder)
{
    struct stat status;

    if (udyn_inode_is_fd(&folder->file.inode, folder->file.fd))
        return fstat(folder->file.fd, &status) == 0 && status.st_nlink == 0;
    return !udyn_inode_is_at(&folder->file.inode, folder->file.path);
}

/* The folder of this process in a place. */
static int get_folder(struct process_folder **folder, const struct udyn_place *place)
{
    for (*folder = folders; *folder != NULL; *folder = (*folder)->next) {
        if (strcmp((*folder)->place, place->folder) != 0 ||
            (*folder)->generation != udyn_system_generation())
            continue;
        if (!is_removed(*folder))
            return 0;
        forget_folder(*folder);
        break;
    }
    return make_folder(folder, place);
}

/* A strange umask may have taken rights that dlopen() needs. */
static int set_rights(int fd, const char *path, const struct stat *status)
{
    if ((status->st_mode & 07777) == 0600 || fchmod(fd, 0600) == 0)
        return 0;
    return udyn_fail_errno(errno, "cannot chmod the file %s", path);
}

int udyn_private_file_open(char *path, size_t size, struct stat *status, const char *provider,
                           const struct udyn_place *place)
{
    struct process_folder *folder;
    int fd, error;

    if (is_ending)
        return udyn_fail(-ESHUTDOWN, "no new files: the process is in exit()");
    error = get_folder(&folder, place);
    if (folder == NULL)
        return error;
    if (snprintf(path, size, "%s/%s.%u.so", folder->file.path, provider, ++folder->files) >=
        (int)size)
        return udyn_fail(-ENAMETOOLONG, "the path %.128s... is too long", path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return udyn_fail_errno(errno, "cannot make the file %s", path);
    if (fstat(fd, status) < 0)
        error = udyn_fail_errno(errno, "cannot look at the file %s", path);
    else
        error = set_rights(fd, path, status);
    if (error == 0)
        return fd;
    (void)unlink(path);
    (void)close(fd);
    return error;
}

int udyn_private_file_make(struct udyn_file *file, const char *provider,
                           const struct udyn_content *content, const struct udyn_place *place)
{
    char path[4096];
    struct stat status;
    int fd = udyn_private_file_open(path, sizeof(path), &status, provider, place);
    int error;

    *file = (struct udyn_file){.kind = UDYN_FILE_PRIVATE, .fd = -1};
    if (fd < 0)
        return fd;
    error = udyn_file_write(fd, path, content);
    if (error == 0)
        error = udyn_file_identify(file, path, &status);
    if (error < 0)
        (void)unlink(path);
    (void)close(fd);
    return error;
}

/*
 * Has a forked child the folder as well? It has inherited the lock: so ours is given up, and what
 * can't be locked alone then is in use. In the end the folder is locked again.
 */
static bool is_inherited(struct process_folder *folder)
{
    bool is_alone;
    int fd;

    udyn_file_close(&folder->file);
    fd = open(folder->file.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return true; /* out of reach: leave it */
    folder->file.fd = fd;
    is_alone = udyn_inode_is_at(&folder->file.inode, folder->file.path) &&
               flock(fd, LOCK_EX | LOCK_NB) == 0;
    (void)flock(fd, LOCK_SH | LOCK_NB); /* granted to all who share */
    return !is_alone;
}

/* The folder of this process that a file is in, and the file's name in it; NULL if there is none.
 */
static struct process_folder *folder_of(const char *path, const char **name)
{
    struct process_folder *folder;
    size_t length;

    for (folder = folders; folder != NULL; folder = folder->next) {
        length = strlen(folder->file.path);
        if (strncmp(path, folder->file.path, length) == 0 && path[length] == '/') {
            *name = path + length + 1;
            return folder;
        }
    }
    return NULL;
}

bool udyn_private_file_is_inherited(const char *path)
{
    const char *name;
    struct process_folder *folder = folder_of(path, &name);

    return folder != NULL && is_inherited(folder);
}

int udyn_private_file_open_again(const char *path)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
    const char *name;
    struct process_folder *folder = folder_of(path, &name);

    if (folder != NULL && udyn_inode_is_fd(&folder->file.inode, folder->file.fd))
        return openat(folder->file.fd, name, flags);
    return open(path, flags);
}

void udyn_private_files_end(void)
{
    struct process_folder *folder;

    is_ending = true;
    for (folder = folders; folder != NULL; folder = folder->next) {
        if (folder->generation != udyn_system_generation() || is_inherited(folder))
            continue;
        remove_images(folder->file.fd);
        folder->file.fd = -1;           /* remove_images() has closed it */
        (void)rmdir(folder->file.path); /* fails if something is in it: then it stays */
    }
}
