/* SPDX-License-Identifier: MIT */
/*
 * The probes of processes and files that match the user's patterns. A file that several processes
 * have mapped is read once.
 */
#ifndef UDYN_CLI_FIND_CATALOG_H
#define UDYN_CLI_FIND_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "cli/find/pattern.h"
#include "cli/find/process.h"
#include "read/read.h"

/* A file that was read. */
struct udyn_catalog_file {
    uint64_t device, inode;
    int fd; /* open while the catalogue is, if the catalogue keeps files and it has probes */
    int error;
    struct udyn_read_file content;
};

/* What is known of a tracer at a probe. */
enum udyn_attached {
    UDYN_ATTACHED_UNKNOWN,
    UDYN_ATTACHED_NO,
    UDYN_ATTACHED_YES,
};

/* One probe in one process or file. */
struct udyn_found {
    pid_t pid;        /* 0: in a file */
    const char *path; /* under which a tracer can open the file */
    bool is_unnamed;  /* a memfd or a deleted file: no name leads to it */
    struct udyn_catalog_file *file;
    const struct udyn_read_probe *locations; /* all of the same provider and name */
    size_t nlocations;
    enum udyn_attached attached;
};

struct udyn_catalog {
    const struct udyn_pattern *patterns;
    size_t npatterns;
    bool keeps_files; /* set by a user who needs the descriptors */
    void (*use)(const struct udyn_found *found, void *context);
    void *context;
    size_t count; /* probes given to `use` */
    /* Private. */
    void *cache;
    struct udyn_process_work work;
    size_t nfiles, cost; /* that were read */
    size_t shown;        /* bytes, in a way, given to `use` */
    size_t ncomplaints;  /* sentences, also those that were too many to be said */
    size_t nfiles_left_out;
    bool has_left_out; /* probes that match */
};

/* Goes through the probes of a process. Returns 0 or a negative errno: nothing was said. */
int udyn_catalog_process(struct udyn_catalog *catalog, pid_t pid);

/* The same for a file. What is wrong with it is said. */
enum udyn_status udyn_catalog_path(struct udyn_catalog *catalog, const char *path);

/* Says how much was left out since there was too much of it. */
void udyn_catalog_tell(const struct udyn_catalog *catalog);

void udyn_catalog_free(struct udyn_catalog *catalog);

#endif
