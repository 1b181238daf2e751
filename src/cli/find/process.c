/* SPDX-License-Identifier: MIT */
#include "cli/find/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/cli.h"

#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU /* PROC_PID_INIT_INO of include/linux/proc_ns.h */

/*
 * Any user can make a process with many mappings, paths and descriptors. Twice as many mappings as
 * the kernel allows by default (vm.max_map_count) are looked at; in all processes together fewer
 * beyond the usual number. What a process has open is only asked for a path to a file without a
 * name, for which there is another one.
 */
#define MOST_MAPPINGS           ((size_t)128 * 1024)
#define USUAL_MAPPINGS          ((size_t)1024)
#define MOST_MAPPINGS_IN_ALL    ((size_t)512 * 1024)
#define MOST_MAPPINGS_OF_A_FILE 256
#define MOST_PATH_BYTES         ((size_t)32 * 1024 * 1024)
#define MOST_DESCRIPTORS        ((size_t)32 * 1024)
#define MOST_DESCRIPTORS_IN_ALL ((size_t)128 * 1024)

struct udyn_descriptor {
    uint64_t inode;
    int number;
};

/* One line of maps (proc_pid_maps(5)): "start-end rwxp offset major:minor inode path". */
static bool parse_line(char *line, struct udyn_mapped_file *file, struct udyn_mapping *mapping)
{
    char rights[5];
    unsigned int major_number, minor_number;
    int path = 0;

    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
               &mapping->start, &mapping->end, rights, &mapping->offset, &major_number,
               &minor_number, &file->inode, &path) < 7 ||
        path == 0 || file->inode == 0)
        return false;
    line[strcspn(line, "\n")] = '\0';
    file->path = line + path;
    file->device = makedev(major_number, minor_number);
    mapping->is_writable = rights[1] == 'w';
    mapping->is_executable = rights[2] == 'x';
    mapping->is_shared = rights[3] == 's';
    return true;
}

static int compare_files(const void *a, const void *b)
{
    const struct udyn_mapped_file *one = a, *other = b;

    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return (one->inode > other->inode) - (one->inode < other->inode);
}

static struct udyn_mapped_file *find_file(struct udyn_process *process, void **known,
                                          const struct udyn_mapped_file *wanted)
{
    struct udyn_mapped_file *file = process->count > 0 ? process->files[process->count - 1] : NULL;
    struct udyn_mapped_file **node;

    /* The mappings of a file mostly lie side by side. */
    if (file != NULL && compare_files(file, wanted) == 0)
        return file;
    node = tfind(wanted, known, compare_files);
    if (node != NULL)
        return *node;
    file = udyn_allocate(1, sizeof(*file));
    file->device = wanted->device;
    file->inode = wanted->inode;
    if (tsearch(file, known, compare_files) == NULL) {
        free(file);
        return NULL;
    }
    if ((process->count & (process->count - 1)) == 0) /* a power of two: the array is full */
        process->files = udyn_reallocate(process->files, process->count * 2 + 1,
                                         sizeof(struct udyn_mapped_file *));
    process->files[process->count++] = file;
    return file;
}

static void add_mapping(struct udyn_process *process, void **known,
                        const struct udyn_mapped_file *wanted, const struct udyn_mapping *mapping)
{
    struct udyn_mapped_file *file = find_file(process, known, wanted);

    if (file == NULL)
        return;
    /* Probes are in code: of data files and locales not even the path is of interest. */
    if (mapping->is_executable && file->path == NULL) {
        file->path = udyn_copy(wanted->path);
        process->path_bytes += strlen(file->path);
    }
    if (file->count == MOST_MAPPINGS_OF_A_FILE)
        return;
    file->mappings = udyn_reallocate(file->mappings, file->count + 1, sizeof(*mapping));
    file->mappings[file->count++] = *mapping;
}

static void free_file(struct udyn_mapped_file *file)
{
    free(file->path);
    free(file->mappings);
    free(file);
}

static void drop_files_without_code(struct udyn_process *process)
{
    size_t kept = 0, i;

    for (i = 0; i < process->count; i++) {
        if (process->files[i]->path != NULL)
            process->files[kept++] = process->files[i];
        else
            free_file(process->files[i]);
    }
    process->count = kept;
}

static void keep(void *file)
{
    (void)file; /* it is in process->files */
}

static bool may_go_on(const struct udyn_process *process, size_t mappings)
{
    return mappings < MOST_MAPPINGS && process->path_bytes < MOST_PATH_BYTES &&
           (mappings < USUAL_MAPPINGS || process->work->mappings < MOST_MAPPINGS_IN_ALL);
}

static int read_maps(struct udyn_process *process, FILE *maps)
{
    char *line = NULL;
    size_t size = 0, count = 0;
    void *known = NULL;

    errno = 0;
    while (!process->is_cut && getline(&line, &size, maps) > 0) {
        struct udyn_mapped_file file = {0};
        struct udyn_mapping mapping;

        if (parse_line(line, &file, &mapping))
            add_mapping(process, &known, &file, &mapping);
        if (++count > USUAL_MAPPINGS)
            process->work->mappings++;
        process->is_cut = !may_go_on(process, count);
    }
    free(line);
    tdestroy(known, keep);
    drop_files_without_code(process);
    return ferror(maps) ? (errno != 0 ? -errno : -EIO) : 0;
}

int udyn_process_read(struct udyn_process *process, pid_t pid, struct udyn_process_work *work)
{
    char path[64];
    FILE *maps;
    int error;

    memset(process, 0, sizeof(*process));
    process->pid = pid;
    process->work = work;
    process->memory = -EACCES;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    if (maps == NULL)
        return errno == ENOENT ? -ESRCH : -errno;
    error = read_maps(process, maps);
    (void)fclose(maps);
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    process->memory = open(path, O_RDONLY | O_CLOEXEC);
    if (process->memory < 0)
        process->memory = -errno;
    return error;
}

void udyn_process_free(struct udyn_process *process)
{
    size_t i;

    for (i = 0; i < process->count; i++)
        free_file(process->files[i]);
    free(process->files);
    free(process->descriptors);
    if (process->memory >= 0)
        (void)close(process->memory);
    memset(process, 0, sizeof(*process));
    process->memory = -EBADF;
}

static int compare_descriptors(const void *a, const void *b)
{
    const struct udyn_descriptor *one = a, *other = b;

    return (one->inode > other->inode) - (one->inode < other->inode);
}

/* Reads once which regular files the process has open. */
static void read_descriptors(struct udyn_process *process)
{
    struct dirent *entry;
    struct stat status;
    char folder[64];
    size_t count;
    DIR *descriptors;

    process->has_descriptors = true;
    snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)process->pid);
    descriptors = opendir(folder);
    if (descriptors == NULL)
        return;
    for (count = 0; count < MOST_DESCRIPTORS && (entry = readdir(descriptors)) != NULL; count++) {
        struct udyn_descriptor *added;

        if (process->work->descriptors++ >= MOST_DESCRIPTORS_IN_ALL)
            break;
        if (!isdigit((unsigned char)entry->d_name[0]) ||
            fstatat(dirfd(descriptors), entry->d_name, &status, 0) < 0 || !S_ISREG(status.st_mode))
            continue;
        process->descriptors = udyn_reallocate(process->descriptors, process->ndescriptors + 1,
                                               sizeof(*process->descriptors));
        added = &process->descriptors[process->ndescriptors++];
        added->inode = status.st_ino;
        added->number = (int)strtol(entry->d_name, NULL, 10);
    }
    (void)closedir(descriptors);
    if (process->ndescriptors > 0)
        qsort(process->descriptors, process->ndescriptors, sizeof(*process->descriptors),
              compare_descriptors);
}

/* Finds a descriptor of the process that is open on that inode: how a memfd is named. */
static bool find_descriptor(struct udyn_process *process, uint64_t inode, char path[UDYN_PATH_SIZE])
{
    struct udyn_descriptor wanted = {.inode = inode};
    const struct udyn_descriptor *found;

    if (!process->has_descriptors)
        read_descriptors(process);
    if (process->ndescriptors == 0)
        return false;
    found = bsearch(&wanted, process->descriptors, process->ndescriptors,
                    sizeof(*process->descriptors), compare_descriptors);
    if (found == NULL)
        return false;
    snprintf(path, UDYN_PATH_SIZE, "/proc/%d/fd/%d", (int)process->pid, found->number);
    return true;
}

static void map_files_path(const struct udyn_process *process, const struct udyn_mapped_file *file,
                           char path[UDYN_PATH_SIZE])
{
    snprintf(path, UDYN_PATH_SIZE, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)process->pid,
             file->mappings[0].start, file->mappings[0].end);
}

/* A device may do something when it is opened, so what it is comes first. O_NONBLOCK: who has a
 * lease on a file (fcntl(2), F_SETLEASE) would make an open wait for 45 seconds. */
int udyn_process_open_path(const char *path)
{
    char reopen[64];
    struct stat status;
    int fd = -1, place = open(path, O_PATH | O_CLOEXEC);

    if (place < 0)
        return -errno;
    if (fstat(place, &status) < 0 || !S_ISREG(status.st_mode)) {
        errno = ENOEXEC;
    } else {
        snprintf(reopen, sizeof(reopen), "/proc/self/fd/%d", place);
        fd = open(reopen, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    if (fd < 0)
        fd = -errno;
    (void)close(place); /* only looked at */
    return fd;
}

int udyn_process_open(struct udyn_process *process, const struct udyn_mapped_file *file)
{
    char path[UDYN_PATH_SIZE];
    struct stat status;
    int fd, error;

    map_files_path(process, file, path);
    error = udyn_process_open_path(path);
    if (error >= 0 || error == -ENOEXEC || error == -EAGAIN)
        return error;
    /* It takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; without, the file by its name may do. */
    snprintf(path, sizeof(path), "/proc/%d/root%s", (int)process->pid, file->path);
    fd = udyn_process_open_path(path);
    if (fd < 0 && find_descriptor(process, file->inode, path))
        fd = udyn_process_open_path(path);
    if (fd < 0)
        return error;
    if (fstat(fd, &status) == 0 && status.st_ino == file->inode)
        return fd;
    (void)close(fd); /* another file by now */
    return -ENOENT;
}

static bool is_same(const char *path, const struct stat *wanted)
{
    struct stat status;

    return stat(path, &status) == 0 && status.st_ino == wanted->st_ino &&
           status.st_dev == wanted->st_dev;
}

void udyn_process_path(struct udyn_process *process, const struct udyn_mapped_file *file, int fd,
                       char path[UDYN_PATH_SIZE])
{
    struct stat wanted;

    snprintf(path, UDYN_PATH_SIZE, "%s", file->path);
    if (fstat(fd, &wanted) < 0 || is_same(path, &wanted))
        return;
    snprintf(path, UDYN_PATH_SIZE, "/proc/%d/root%s", (int)process->pid, file->path);
    if (is_same(path, &wanted) ||
        (find_descriptor(process, wanted.st_ino, path) && is_same(path, &wanted)))
        return;
    map_files_path(process, file, path);
}

bool udyn_process_peek(const struct udyn_process *process, const struct udyn_mapped_file *file,
                       uint64_t offset, bool writable, void *bytes, size_t size)
{
    size_t i;

    if (process->memory < 0)
        return false;
    for (i = 0; i < file->count; i++) {
        const struct udyn_mapping *mapping = &file->mappings[i];
        uint64_t into = offset - mapping->offset;

        if (offset < mapping->offset || into >= mapping->end - mapping->start ||
            (writable ? !mapping->is_writable : !mapping->is_executable))
            continue;
        return pread(process->memory, bytes, size, (off_t)(mapping->start + into)) == (ssize_t)size;
    }
    return false;
}

bool udyn_process_has_global_pids(void)
{
    struct stat status;

    /* A kernel that has no namespaces has no such file. */
    return stat("/proc/self/ns/pid", &status) < 0 || status.st_ino == INITIAL_PID_NAMESPACE;
}

int udyn_process_each(bool (*use)(pid_t pid, void *context), void *context)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;

    if (processes == NULL)
        return -errno;
    while ((entry = readdir(processes)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]) &&
            !use((pid_t)strtol(entry->d_name, NULL, 10), context))
            break;
    (void)closedir(processes);
    return 0;
}
