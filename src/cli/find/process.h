/* SPDX-License-Identifier: MIT */
/* A process as /proc shows it: the files it has mapped, their bytes, its memory. */
#ifndef UDYN_CLI_FIND_PROCESS_H
#define UDYN_CLI_FIND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UDYN_PATH_SIZE 4352 /* a path and "/proc/PID/root" before it */

struct udyn_mapping {
    uint64_t start, end;
    uint64_t offset; /* in the file */
    bool is_writable;
    bool is_executable;
    bool is_shared;
};

struct udyn_mapped_file {
    uint64_t device, inode;
    char *path; /* as the process sees it */
    struct udyn_mapping *mappings;
    size_t count;
};

/* How much was looked at in all processes so far: their sum is limited, too. */
struct udyn_process_work {
    size_t mappings, descriptors;
};

struct udyn_process {
    pid_t pid;
    struct udyn_mapped_file **files; /* those with executable code */
    size_t count;
    int memory;  /* /proc/PID/mem, or a negative errno */
    bool is_cut; /* it has more mappings than are looked at */
    /* Private. */
    struct udyn_process_work *work;
    size_t path_bytes; /* in files */
    struct udyn_descriptor *descriptors;
    size_t ndescriptors;
    bool has_descriptors;
};

/* Reads the maps of a process. Returns 0 or a negative errno: -ESRCH if there is none. */
int udyn_process_read(struct udyn_process *process, pid_t pid, struct udyn_process_work *work);
void udyn_process_free(struct udyn_process *process);

/* Opens a regular file without waiting for anybody. Returns a descriptor or a negative errno:
 * -ENOEXEC if it is something else, -EAGAIN if somebody has a lease on it. */
int udyn_process_open_path(const char *path);

/* Opens a mapped file, deleted or not, in whichever mount namespace. Returns likewise. */
int udyn_process_open(struct udyn_process *process, const struct udyn_mapped_file *file);

/* A path under which this command, and a tracer beside it, can open the file that `fd` is open on.
 */
void udyn_process_path(struct udyn_process *process, const struct udyn_mapped_file *file, int fd,
                       char path[UDYN_PATH_SIZE]);

/* Reads the process's memory where `offset` of the file is mapped, writable or executable as
 * asked. Returns false if it can't be read. */
bool udyn_process_peek(const struct udyn_process *process, const struct udyn_mapped_file *file,
                       uint64_t offset, bool writable, void *bytes, size_t size);

/* Do processes have the numbers here that the kernel's tracing knows them by, those of the initial
 * pid namespace? */
bool udyn_process_has_global_pids(void);

/* Calls `use` for each process of the system until it returns false. Returns 0 or a negative
 * errno. */
int udyn_process_each(bool (*use)(pid_t pid, void *context), void *context);

#endif
