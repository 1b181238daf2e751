/* SPDX-License-Identifier: MIT */
/* A process as /proc shows it: the files it has mapped, their bytes, its memory. */
#ifndef UDYN_CLI_PROCESS_H
#define UDYN_CLI_PROCESS_H

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

struct udyn_process {
    pid_t pid;
    struct udyn_mapped_file *files; /* those with executable code */
    size_t count;
    int memory; /* /proc/PID/mem, or a negative errno */
};

/* Reads the maps of a process. Returns 0 or a negative errno: -ESRCH if there is none. */
int udyn_process_read(struct udyn_process *process, pid_t pid);
void udyn_process_free(struct udyn_process *process);

/* Opens a mapped file, deleted or not, in whichever mount namespace. Returns a descriptor or a
 * negative errno. */
int udyn_process_open(const struct udyn_process *process, const struct udyn_mapped_file *file);

/* A path under which this command, and a tracer beside it, can open the file that `fd` is open on.
 */
void udyn_process_path(const struct udyn_process *process, const struct udyn_mapped_file *file,
                       int fd, char path[UDYN_PATH_SIZE]);

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
