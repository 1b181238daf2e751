/* SPDX-License-Identifier: MIT */
#include "cli/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cli/cli.h"

#define INITIAL_PID_NAMESPACE 0xEFFFFFFCU /* PROC_PID_INIT_INO of include/linux/proc_ns.h */

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

/* The mappings of a file mostly lie side by side: look at the last file first. */
static struct udyn_mapped_file *find_file(struct udyn_process *process,
                                          const struct udyn_mapped_file *wanted)
{
    size_t i;

    for (i = process->count; i-- > 0;)
        if (process->files[i].inode == wanted->inode && process->files[i].device == wanted->device)
            return &process->files[i];
    return NULL;
}

static void add_mapping(struct udyn_process *process, const struct udyn_mapped_file *file,
                        const struct udyn_mapping *mapping)
{
    struct udyn_mapped_file *found = find_file(process, file);

    if (found == NULL) {
        process->files =
            udyn_reallocate(process->files, process->count + 1, sizeof(*process->files));
        found = &process->files[process->count++];
        *found = *file;
        found->path = udyn_copy(file->path);
    }
    found->mappings = udyn_reallocate(found->mappings, found->count + 1, sizeof(*mapping));
    found->mappings[found->count++] = *mapping;
}

static void free_file(struct udyn_mapped_file *file)
{
    free(file->path);
    free(file->mappings);
}

/* Probes are in code: data files and locales are of no interest. */
static void drop_files_without_code(struct udyn_process *process)
{
    size_t kept = 0, i, j;

    for (i = 0; i < process->count; i++) {
        struct udyn_mapped_file *file = &process->files[i];

        for (j = 0; j < file->count && !file->mappings[j].is_executable; j++)
            ;
        if (j < file->count)
            process->files[kept++] = *file;
        else
            free_file(file);
    }
    process->count = kept;
}

int udyn_process_read(struct udyn_process *process, pid_t pid)
{
    char path[64];
    char *line = NULL;
    size_t size = 0;
    FILE *maps;
    int error = 0;

    memset(process, 0, sizeof(*process));
    process->pid = pid;
    process->memory = -EACCES;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    if (maps == NULL)
        return errno == ENOENT ? -ESRCH : -errno;
    errno = 0;
    while (getline(&line, &size, maps) > 0) {
        struct udyn_mapped_file file = {0};
        struct udyn_mapping mapping;

        if (parse_line(line, &file, &mapping))
            add_mapping(process, &file, &mapping);
    }
    if (ferror(maps))
        error = errno != 0 ? -errno : -EIO;
    free(line);
    (void)fclose(maps); /* only read */
    drop_files_without_code(process);
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
        free_file(&process->files[i]);
    free(process->files);
    if (process->memory >= 0)
        (void)close(process->memory); /* only read */
    memset(process, 0, sizeof(*process));
    process->memory = -EBADF;
}

/* Finds a descriptor of the process that is open on that inode: how a memfd is named. */
static bool find_descriptor(const struct udyn_process *process, uint64_t inode,
                            char path[UDYN_PATH_SIZE])
{
    char folder[64];
    struct dirent *entry;
    struct stat status;
    bool is_found = false;
    DIR *descriptors;

    snprintf(folder, sizeof(folder), "/proc/%d/fd", (int)process->pid);
    descriptors = opendir(folder);
    if (descriptors == NULL)
        return false;
    while (!is_found && (entry = readdir(descriptors)) != NULL) {
        snprintf(path, UDYN_PATH_SIZE, "%s/%s", folder, entry->d_name);
        is_found = isdigit((unsigned char)entry->d_name[0]) && stat(path, &status) == 0 &&
                   status.st_ino == inode && S_ISREG(status.st_mode);
    }
    (void)closedir(descriptors); /* only read */
    return is_found;
}

static void map_files_path(const struct udyn_process *process, const struct udyn_mapped_file *file,
                           char path[UDYN_PATH_SIZE])
{
    snprintf(path, UDYN_PATH_SIZE, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)process->pid,
             file->mappings[0].start, file->mappings[0].end);
}

int udyn_process_open(const struct udyn_process *process, const struct udyn_mapped_file *file)
{
    char path[UDYN_PATH_SIZE];
    struct stat status;
    int fd, error;

    map_files_path(process, file, path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    /* It takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; without, the file by its name may do. */
    error = -errno;
    snprintf(path, sizeof(path), "/proc/%d/root%s", (int)process->pid, file->path);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && find_descriptor(process, file->inode, path))
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

void udyn_process_path(const struct udyn_process *process, const struct udyn_mapped_file *file,
                       int fd, char path[UDYN_PATH_SIZE])
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
    (void)closedir(processes); /* only read */
    return 0;
}
