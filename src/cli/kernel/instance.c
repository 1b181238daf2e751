/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/kernel/tracefs.h"

#define PATH_SIZE (UDYN_INSTANCE_SIZE + 16)

static void path_of(const char *instance, char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "instances/%.*s", UDYN_INSTANCE_SIZE - 1, instance);
}

/* Between making and locking it a sweep may have taken it for left behind and removed it. */
static bool is_still_there(int tracefs, const char *path, int lock)
{
    struct stat named, locked;

    return fstatat(tracefs, path, &named, 0) == 0 && fstat(lock, &locked) == 0 &&
           named.st_ino == locked.st_ino;
}

int udyn_tracefs_make_instance(int tracefs, char name[UDYN_INSTANCE_SIZE], int *lock)
{
    unsigned int attempt;

    /* The same number may be in use in another pid namespace. */
    for (attempt = 0; attempt < 1000; attempt++) {
        char path[PATH_SIZE];

        if (attempt == 0)
            snprintf(name, UDYN_INSTANCE_SIZE, UDYN_INSTANCE_PREFIX "%d", (int)getpid());
        else
            snprintf(name, UDYN_INSTANCE_SIZE, UDYN_INSTANCE_PREFIX "%d.%u", (int)getpid(),
                     attempt);
        path_of(name, path);
        if (mkdirat(tracefs, path, 0750) < 0) {
            if (errno == EEXIST)
                continue;
            return -errno;
        }
        *lock = openat(tracefs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (*lock >= 0 && flock(*lock, LOCK_EX | LOCK_NB) == 0 &&
            is_still_there(tracefs, path, *lock))
            return 0;
        if (*lock >= 0)
            (void)close(*lock);
    }
    return -EEXIST;
}

void udyn_tracefs_group(const char *instance, char group[UDYN_INSTANCE_SIZE])
{
    size_t i;

    for (i = 0; instance[i] != '\0'; i++)
        group[i] = isalnum((unsigned char)instance[i]) ? instance[i] : '_';
    group[i] = '\0';
}

static int remove_group(int tracefs, const char *group)
{
    char command[UDYN_INSTANCE_SIZE + 8];
    int length = snprintf(command, sizeof(command), "-:%s/\n", group);
    int error = udyn_tracefs_append(tracefs, "uprobe_events", command, (size_t)length);

    return error == -ENOENT ? 0 : error;
}

/* The instance first: with it the events are switched off, and only then can they be removed. */
int udyn_tracefs_remove_instance(int tracefs, const char *instance)
{
    char path[PATH_SIZE], group[UDYN_INSTANCE_SIZE];

    path_of(instance, path);
    udyn_tracefs_group(instance, group);
    if (unlinkat(tracefs, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return -errno;
    return remove_group(tracefs, group);
}

/* Removes an instance that no run holds. The lock is kept until it is gone: a run that has just
 * made the instance, and not locked it yet, then fails to and makes another. */
static bool remove_left_behind(int tracefs, const char *instance)
{
    char path[PATH_SIZE];
    bool is_removed;
    int fd;

    path_of(instance, path);
    fd = openat(tracefs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    is_removed =
        flock(fd, LOCK_EX | LOCK_NB) == 0 && udyn_tracefs_remove_instance(tracefs, instance) == 0;
    (void)close(fd);
    return is_removed;
}

/* Groups of events without an instance: a run was killed between the two steps of its end. */
static void sweep_groups(int tracefs)
{
    char *events, *line;
    char group[UDYN_INSTANCE_SIZE];

    if (udyn_tracefs_read(tracefs, "uprobe_events", &events) < 0)
        return;
    for (line = strtok(events, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char instance[UDYN_INSTANCE_SIZE], path[PATH_SIZE];
        struct stat status;
        char *number;

        if (sscanf(line, "p:%31[a-z0-9_]/", group) != 1 ||
            strncmp(group, UDYN_GROUP_PREFIX, strlen(UDYN_GROUP_PREFIX)) != 0)
            continue;
        snprintf(instance, sizeof(instance), "%s%s", UDYN_INSTANCE_PREFIX,
                 group + strlen(UDYN_GROUP_PREFIX));
        number = strchr(instance, '_');
        if (number != NULL)
            *number = '.';
        path_of(instance, path);
        if (fstatat(tracefs, path, &status, 0) < 0 && errno == ENOENT)
            (void)remove_group(tracefs, group); /* in use elsewhere: not ours to remove */
    }
    free(events);
}

size_t udyn_tracefs_sweep(int tracefs)
{
    int fd = openat(tracefs, "instances", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *instances = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    size_t count = 0;

    if (instances == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return 0;
    }
    while ((entry = readdir(instances)) != NULL)
        if (strncmp(entry->d_name, UDYN_INSTANCE_PREFIX, strlen(UDYN_INSTANCE_PREFIX)) == 0 &&
            strlen(entry->d_name) < UDYN_INSTANCE_SIZE &&
            remove_left_behind(tracefs, entry->d_name))
            count++;
    (void)closedir(instances);
    sweep_groups(tracefs);
    return count;
}
