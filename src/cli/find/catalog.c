/* SPDX-License-Identifier: MIT */
#include "cli/find/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Any user can make files and processes without end, so all of them together are limited. The last
 * half is for small ones: who makes a big one does not hide the others. The costs are those of
 * udyn_read_file; what is shown is counted in bytes, with so many for a probe, and some for a
 * location that is looked at.
 */
#define MOST_FILES      100000
#define MOST_COST       ((size_t)64 * 1024 * 1024)
#define SMALL_COST      ((size_t)16 * 1024)
#define MOST_SHOWN      ((size_t)48 * 1024 * 1024)
#define SMALL_SHOWN     ((size_t)16 * 1024)
#define SHOWN_PROBE     128
#define SHOWN_LOCATION  4
#define MOST_COMPLAINTS 20

static const char leased[] = "another program keeps it from being opened (a lease)";

/* How much of `most` the next one may have. */
static size_t share(size_t used, size_t most, size_t small)
{
    if (used >= most)
        return 0;
    return used + small < most / 2 ? most / 2 - used : small;
}

static int compare(const void *a, const void *b)
{
    const struct udyn_catalog_file *one = a, *other = b;

    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return (one->inode > other->inode) - (one->inode < other->inode);
}

static void complain(struct udyn_catalog *catalog, const struct udyn_read_file *content,
                     const char *path)
{
    if (catalog->ncomplaints++ >= MOST_COMPLAINTS)
        return;
    if (content->damaged > 1)
        udyn_say("%s: %s (and %zu more like it)", path, content->complaint, content->damaged - 1);
    else
        udyn_say("%s: %s", path, content->complaint);
}

/* Many files with probes need more descriptors than a program has by default. Half of them are for
 * what comes later. */
static int keep_open(int fd)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    if ((rlim_t)fd >= limit.rlim_cur / 2 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
            return -1;
    }
    return (rlim_t)fd < limit.rlim_cur / 2 ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
}

/* Reads the file and says what is wrong in it; a file that is no ELF file is nothing to speak of
 * among the mapped ones. */
static void read_file(struct udyn_catalog *catalog, struct udyn_catalog_file *file, int fd,
                      const char *path)
{
    size_t most = share(catalog->cost, MOST_COST, SMALL_COST);

    file->error =
        udyn_read_probes(fd, most < UDYN_READ_MOST ? most : UDYN_READ_MOST, &file->content);
    catalog->cost += file->content.cost;
    if (file->content.complaint[0] != '\0' && file->error != -ENOEXEC)
        complain(catalog, &file->content, path);
    if (!catalog->keeps_files || file->content.count == 0)
        return;
    file->fd = keep_open(fd);
    if (file->fd < 0) {
        catalog->nfiles_left_out++;
        udyn_read_free(&file->content);
    }
}

static struct udyn_catalog_file *look_up(struct udyn_catalog *catalog,
                                         const struct udyn_catalog_file *wanted, bool *is_new)
{
    struct udyn_catalog_file **node = tfind(wanted, &catalog->cache, compare);
    struct udyn_catalog_file *file;

    *is_new = node == NULL;
    if (node != NULL)
        return *node;
    if (catalog->nfiles == MOST_FILES) {
        catalog->nfiles_left_out++;
        return NULL;
    }
    file = udyn_allocate(1, sizeof(*file));
    file->device = wanted->device;
    file->inode = wanted->inode;
    file->fd = -1;
    if (tsearch(file, &catalog->cache, compare) == NULL) {
        catalog->nfiles_left_out++;
        free(file);
        return NULL;
    }
    catalog->nfiles++;
    return file;
}

static enum udyn_attached look_at_semaphore(const struct udyn_process *process,
                                            const struct udyn_mapped_file *file,
                                            const struct udyn_read_probe *location)
{
    uint16_t semaphore;

    if (!udyn_process_peek(process, file, location->semaphore_offset, true, &semaphore,
                           sizeof(semaphore)))
        return UDYN_ATTACHED_UNKNOWN;
    return semaphore != 0 ? UDYN_ATTACHED_YES : UDYN_ATTACHED_NO;
}

/* Without a semaphore the code tells: a tracer has changed it. */
static enum udyn_attached look_at_site(const struct udyn_process *process,
                                       const struct udyn_mapped_file *file, int fd,
                                       const struct udyn_read_probe *location)
{
    unsigned char now, pristine;

    if (fd < 0 || pread(fd, &pristine, 1, (off_t)location->site_offset) != 1 ||
        !udyn_process_peek(process, file, location->site_offset, false, &now, 1))
        return UDYN_ATTACHED_UNKNOWN;
    return now != pristine ? UDYN_ATTACHED_YES : UDYN_ATTACHED_NO;
}

/* A probe is traced if any of its locations is. */
static enum udyn_attached look(const struct udyn_process *process,
                               const struct udyn_mapped_file *file, int fd,
                               const struct udyn_found *found)
{
    enum udyn_attached attached = UDYN_ATTACHED_UNKNOWN;
    size_t i;

    for (i = 0; i < found->nlocations && attached != UDYN_ATTACHED_YES; i++) {
        const struct udyn_read_probe *location = &found->locations[i];
        enum udyn_attached here = location->semaphore != 0
                                      ? look_at_semaphore(process, file, location)
                                      : look_at_site(process, file, fd, location);

        if (here > attached)
            attached = here;
    }
    return attached;
}

static size_t count_locations(const struct udyn_read_file *content, size_t first)
{
    const struct udyn_read_probe *probes = content->probes;
    size_t last = first + 1;

    while (last < content->count && strcmp(probes[last].name, probes[first].name) == 0 &&
           strcmp(probes[last].provider, probes[first].provider) == 0)
        last++;
    return last - first;
}

/* What it takes to show a probe. */
static size_t size_shown(const struct udyn_found *found)
{
    return SHOWN_PROBE + found->nlocations * sizeof(uint64_t) + strlen(found->path) +
           strlen(found->locations->provider) + strlen(found->locations->name) +
           strlen(found->locations->operands);
}

/* Puts the locations of each probe together; for the probes of a file `process` is NULL. */
static void use_file(struct udyn_catalog *catalog, struct udyn_found *found, int fd,
                     const struct udyn_process *process, const struct udyn_mapped_file *mapped)
{
    const struct udyn_read_file *content = &found->file->content;
    size_t left = share(catalog->shown, MOST_SHOWN, SMALL_SHOWN);
    size_t i;

    for (i = 0; i < content->count; i += found->nlocations) {
        size_t size;
        bool matches;

        found->locations = &content->probes[i];
        found->nlocations = count_locations(content, i);
        matches = udyn_pattern_matches(catalog->patterns, catalog->npatterns,
                                       found->locations->provider, found->locations->name);
        size = found->nlocations * SHOWN_LOCATION + (matches ? size_shown(found) : 0);
        if (size > left) {
            catalog->has_left_out = true;
            return;
        }
        left -= size;
        catalog->shown += size;
        if (!matches)
            continue;
        found->attached =
            process != NULL ? look(process, mapped, fd, found) : UDYN_ATTACHED_UNKNOWN;
        catalog->count++;
        catalog->use(found, catalog->context);
    }
}

static int use_mapped(struct udyn_catalog *catalog, struct udyn_process *process,
                      const struct udyn_mapped_file *mapped)
{
    struct udyn_catalog_file wanted = {.device = mapped->device, .inode = mapped->inode};
    struct udyn_found found = {.pid = process->pid};
    char path[UDYN_PATH_SIZE];
    bool is_new;
    int fd;

    found.file = look_up(catalog, &wanted, &is_new);
    if (found.file == NULL)
        return 0; /* that it is left out is told in the end */
    if (!is_new && found.file->content.count == 0)
        return 0;
    fd = udyn_process_open(process, mapped);
    if (is_new && fd == -EAGAIN) {
        snprintf(found.file->content.complaint, UDYN_READ_SENTENCE, "%s", leased);
        complain(catalog, &found.file->content, mapped->path);
        return 0;
    }
    if (is_new && fd < 0)
        return fd == -ENOEXEC ? 0 : fd; /* a device has no probes */
    if (is_new)
        read_file(catalog, found.file, fd, mapped->path);
    if (found.file->content.count > 0) {
        udyn_process_path(process, mapped, fd, path);
        found.path = path;
        found.is_unnamed = strncmp(path, "/proc/", 6) == 0 && strstr(path, "/root/") == NULL;
        use_file(catalog, &found, fd, process, mapped);
    }
    if (fd >= 0)
        (void)close(fd);
    return 0;
}

int udyn_catalog_process(struct udyn_catalog *catalog, pid_t pid)
{
    struct udyn_process process;
    int error = udyn_process_read(&process, pid, &catalog->work);
    size_t i;

    if (process.is_cut && catalog->ncomplaints++ < MOST_COMPLAINTS)
        udyn_say("process %d has more mappings than are looked at: some are left out", (int)pid);
    for (i = 0; i < process.count; i++) {
        int failed = use_mapped(catalog, &process, process.files[i]);

        /* One file that can't be opened hides nothing of the others. */
        if (error == 0)
            error = failed;
    }
    udyn_process_free(&process);
    return error;
}

static void say_not_opened(int error, const char *path)
{
    if (error == -ENOEXEC)
        udyn_say("%s: not a regular file", path);
    else if (error == -EAGAIN)
        udyn_say("%s: %s", path, leased);
    else
        udyn_say_errno(error, "cannot open %s", path);
}

enum udyn_status udyn_catalog_path(struct udyn_catalog *catalog, const char *path)
{
    struct udyn_found found = {.path = path};
    struct udyn_catalog_file wanted = {0};
    struct stat status;
    int fd = udyn_process_open_path(path);
    bool is_new;

    if (fd < 0) {
        say_not_opened(fd, path);
        return udyn_status_of(fd);
    }
    if (fstat(fd, &status) < 0) {
        udyn_say_errno(-errno, "cannot look at %s", path);
        (void)close(fd); /* only looked at */
        return UDYN_REFUSED;
    }
    wanted.device = status.st_dev;
    wanted.inode = status.st_ino;
    found.file = look_up(catalog, &wanted, &is_new);
    if (found.file != NULL && is_new)
        read_file(catalog, found.file, fd, path);
    if (found.file != NULL && found.file->error == -ENOEXEC)
        complain(catalog, &found.file->content, path);
    if (found.file != NULL)
        use_file(catalog, &found, fd, NULL, NULL);
    (void)close(fd);
    return found.file == NULL ? UDYN_DONE : udyn_status_of(found.file->error);
}

void udyn_catalog_tell(const struct udyn_catalog *catalog)
{
    if (catalog->ncomplaints > MOST_COMPLAINTS)
        udyn_say("and %zu more like these", catalog->ncomplaints - MOST_COMPLAINTS);
    if (catalog->nfiles_left_out > 0)
        udyn_say(
            "%zu files are left out: there are too many (for trace more than half of ulimit -n)",
            catalog->nfiles_left_out);
    if (catalog->has_left_out)
        udyn_say("there are more probes than are shown: give a pattern, or a process with -p PID");
}

static void free_file(void *pointer)
{
    struct udyn_catalog_file *file = pointer;

    if (file->fd >= 0)
        (void)close(file->fd);
    udyn_read_free(&file->content);
    free(file);
}

void udyn_catalog_free(struct udyn_catalog *catalog)
{
    tdestroy(catalog->cache, free_file);
    catalog->cache = NULL;
}
