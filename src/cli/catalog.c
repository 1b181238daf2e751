/* SPDX-License-Identifier: MIT */
#include "cli/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
    const struct udyn_catalog_file *one = a, *other = b;

    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return (one->inode > other->inode) - (one->inode < other->inode);
}

/* Reads the file and says what is wrong in it; a file that is no ELF file is nothing to speak of
 * among the mapped ones. */
static void read_file(struct udyn_catalog *catalog, struct udyn_catalog_file *file, int fd,
                      const char *path)
{
    file->error = udyn_read_probes(fd, &file->content);
    if (file->content.complaint[0] != '\0' && file->error != -ENOEXEC) {
        if (file->content.damaged > 1)
            udyn_say("%s: %s (and %zu more like it)", path, file->content.complaint,
                     file->content.damaged - 1);
        else
            udyn_say("%s: %s", path, file->content.complaint);
    }
    if (catalog->keeps_files && file->content.count > 0)
        file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static struct udyn_catalog_file *look_up(struct udyn_catalog *catalog,
                                         const struct udyn_catalog_file *wanted, bool *is_new)
{
    struct udyn_catalog_file **node = tfind(wanted, &catalog->cache, compare);
    struct udyn_catalog_file *file;

    *is_new = node == NULL;
    if (node != NULL)
        return *node;
    file = udyn_allocate(1, sizeof(*file));
    file->device = wanted->device;
    file->inode = wanted->inode;
    file->fd = -1;
    if (tsearch(file, &catalog->cache, compare) == NULL) {
        free(file);
        return NULL;
    }
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

/* Puts the locations of each probe together; for the probes of a file `process` is NULL. */
static void use_file(struct udyn_catalog *catalog, struct udyn_found *found, int fd,
                     const struct udyn_process *process, const struct udyn_mapped_file *mapped)
{
    const struct udyn_read_file *content = &found->file->content;
    size_t i;

    for (i = 0; i < content->count; i += found->nlocations) {
        found->locations = &content->probes[i];
        found->nlocations = count_locations(content, i);
        if (!udyn_pattern_matches(catalog->patterns, catalog->npatterns, found->locations->provider,
                                  found->locations->name))
            continue;
        found->attached =
            process != NULL ? look(process, mapped, fd, found) : UDYN_ATTACHED_UNKNOWN;
        catalog->count++;
        catalog->use(found, catalog->context);
    }
}

static int use_mapped(struct udyn_catalog *catalog, const struct udyn_process *process,
                      const struct udyn_mapped_file *mapped)
{
    struct udyn_catalog_file wanted = {.device = mapped->device, .inode = mapped->inode};
    struct udyn_found found = {.pid = process->pid};
    char path[UDYN_PATH_SIZE];
    bool is_new;
    int fd;

    found.file = look_up(catalog, &wanted, &is_new);
    if (found.file == NULL)
        return -ENOMEM;
    if (!is_new && found.file->content.count == 0)
        return 0;
    fd = udyn_process_open(process, mapped);
    if (is_new && fd < 0)
        return fd;
    if (is_new)
        read_file(catalog, found.file, fd, mapped->path);
    if (found.file->content.count > 0) {
        udyn_process_path(process, mapped, fd, path);
        found.path = path;
        found.is_unnamed = strncmp(path, "/proc/", 6) == 0 && strstr(path, "/root/") == NULL;
        use_file(catalog, &found, fd, process, mapped);
    }
    if (fd >= 0)
        (void)close(fd); /* only read */
    return 0;
}

int udyn_catalog_process(struct udyn_catalog *catalog, pid_t pid)
{
    struct udyn_process process;
    int error = udyn_process_read(&process, pid);
    size_t i;

    for (i = 0; i < process.count; i++) {
        int failed = use_mapped(catalog, &process, &process.files[i]);

        /* One file that can't be opened hides nothing of the others. */
        if (error == 0)
            error = failed;
    }
    udyn_process_free(&process);
    return error;
}

enum udyn_status udyn_catalog_path(struct udyn_catalog *catalog, const char *path)
{
    struct udyn_found found = {.path = path};
    struct udyn_catalog_file wanted = {0};
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int error = 0;
    bool is_new;

    if (fd < 0 || fstat(fd, &status) < 0) {
        error = -errno;
        udyn_say_errno(error, "cannot open %s", path);
        if (fd >= 0)
            (void)close(fd); /* only looked at */
        return udyn_status_of(error);
    }
    wanted.device = status.st_dev;
    wanted.inode = status.st_ino;
    found.file = look_up(catalog, &wanted, &is_new);
    if (found.file != NULL && is_new)
        read_file(catalog, found.file, fd, path);
    if (found.file != NULL && found.file->error == -ENOEXEC)
        udyn_say("%s: %s", path, found.file->content.complaint);
    if (found.file != NULL)
        use_file(catalog, &found, fd, NULL, NULL);
    (void)close(fd); /* only read */
    return found.file == NULL ? UDYN_REFUSED : udyn_status_of(found.file->error);
}

static void free_file(void *pointer)
{
    struct udyn_catalog_file *file = pointer;

    if (file->fd >= 0)
        (void)close(file->fd); /* only read */
    udyn_read_free(&file->content);
    free(file);
}

void udyn_catalog_free(struct udyn_catalog *catalog)
{
    tdestroy(catalog->cache, free_file);
    catalog->cache = NULL;
}
