/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <dirent.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "test.h"

void support_check(int result, const char *call)
{
    if (result != 0)
        fail_msg("%s is %d: %s", call, result, usdt_dyn_last_error());
}

void support_check_error(int result, int error, const char *words, const char *call)
{
    if (result != error)
        fail_msg("%s is %d and not %d: %s", call, result, error, usdt_dyn_last_error());
    if (strstr(usdt_dyn_last_error(), words) == NULL)
        fail_msg("%s: no \"%s\" in the sentence \"%s\"", call, words, usdt_dyn_last_error());
}

size_t support_count_entries(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    size_t count = 0;

    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            count++;
    closedir(folder);
    return count;
}

size_t support_count_descriptors(void)
{
    return support_count_entries("/proc/self/fd") - 1; /* without the one that reads them */
}

/* Goes through the mappings whose path has `part` in it, but for those of the program itself;
 * `rights` NULL is any. */
static size_t look_at_mappings(const char *part, const char *rights, size_t *bytes,
                               const void **first)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long start, end;
    char line[1024], found[5], program[512] = "";
    size_t count = 0;

    assert_non_null(maps);
    assert_true(readlink("/proc/self/exe", program, sizeof(program) - 1) > 0);
    while (fgets(line, sizeof(line), maps) != NULL) {
        if (strstr(line, part) == NULL || strstr(line, program) != NULL ||
            sscanf(line, "%lx-%lx %4s", &start, &end, found) != 3 ||
            (rights != NULL && strcmp(rights, found) != 0))
            continue;
        if (count++ == 0)
            *first = (const void *)start;
        *bytes += end - start;
    }
    fclose(maps);
    return count;
}

size_t support_count_mappings(const char *part, size_t *pages)
{
    const void *first = NULL;
    size_t bytes = 0;
    size_t count = look_at_mappings(part, NULL, &bytes, &first);

    if (pages != NULL)
        *pages = bytes / (size_t)sysconf(_SC_PAGESIZE);
    return count;
}

const void *support_find_mapping(const char *part, const char *rights)
{
    const void *first = NULL;
    size_t bytes = 0;

    (void)look_at_mappings(part, rights, &bytes, &first);
    return first;
}

const char *support_make_folder(void)
{
    static char path[64];

    strcpy(path, "/tmp/usdt-dyn-unit.XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void support_remove_folder(const char *path)
{
    (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

const char *support_folder;

int support_enter_folder(void **state)
{
    (void)state;
    support_folder = support_make_folder();
    return setenv("USDT_DYN_DIR", support_folder, 1);
}

int support_leave_folder(void **state)
{
    (void)state;
    support_remove_folder(support_folder);
    return 0;
}

bool support_mount_tmpfs(const char *where, unsigned long flags, const char *options)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", where, "tmpfs", flags, options) == 0;
}

void support_set_semaphore(const usdt_dyn_probe *probe, uint16_t value)
{
    const volatile uint16_t *semaphore = usdt_dyn_probe_semaphore(probe);

    assert_non_null(semaphore);
    *(volatile uint16_t *)(uintptr_t)semaphore = value;
}

usdt_dyn_provider *support_provider(const char *name, const char *probe_name,
                                    const usdt_dyn_arg *args, size_t nargs, usdt_dyn_probe **probe)
{
    usdt_dyn_provider *provider;

    assert_ok(usdt_dyn_provider_new(&provider, name));
    assert_ok(usdt_dyn_provider_add_probe(provider, probe, probe_name, args, nargs));
    return provider;
}
