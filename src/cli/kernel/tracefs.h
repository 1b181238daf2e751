/* SPDX-License-Identifier: MIT */
/* The kernel's tracing files. Descriptors are of folders; paths are relative to them. */
#ifndef UDYN_CLI_KERNEL_TRACEFS_H
#define UDYN_CLI_KERNEL_TRACEFS_H

#include <stdbool.h>
#include <stddef.h>

/* Opens the folder where tracefs is mounted. Returns a descriptor or a negative errno: -ENOENT if
 * it is mounted nowhere, -EACCES if this user may not write there. */
int udyn_tracefs_open(void);

/* Appends text to a file, whose every write is a command. Returns 0 or a negative errno. Never with
 * O_TRUNC: to empty uprobe_events is to remove the events of everybody. */
int udyn_tracefs_append(int folder, const char *path, const char *text, size_t size);

/* Replaces the whole of a setting. */
int udyn_tracefs_set(int folder, const char *path, const char *value);

/* Reads a whole file, with a NUL behind it, to be given back with free(). Returns 0 or a negative
 * errno. */
int udyn_tracefs_read(int folder, const char *path, char **text);

/* Instances (instance.c). One of this command is called this and a number, its group of events the
 * same with '_' for '-' and '.'. */
#define UDYN_INSTANCE_PREFIX "usdt-dyn."
#define UDYN_GROUP_PREFIX    "usdt_dyn_"
#define UDYN_INSTANCE_SIZE   32

/*
 * Makes an instance that is locked for as long as *lock is open: so the next run tells what a
 * killed one has left from what is in use, whichever pid namespace it was in. Returns 0 or a
 * negative errno.
 */
int udyn_tracefs_make_instance(int tracefs, char name[UDYN_INSTANCE_SIZE], int *lock);

void udyn_tracefs_group(const char *instance, char group[UDYN_INSTANCE_SIZE]);

/* Removes an instance and its events. Returns 0 or a negative errno. */
int udyn_tracefs_remove_instance(int tracefs, const char *instance);

/* Removes what killed runs have left; returns how many instances. */
size_t udyn_tracefs_sweep(int tracefs);

#endif
