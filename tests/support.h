/* SPDX-License-Identifier: MIT */
/* What several tests need. None of it uses the library's own code. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usdt-dyn.h"

/* Fails the test with the library's sentence if the result is an error. */
void support_check(int result, const char *call);
#define assert_ok(call) support_check((call), #call)

/* The result is this error, and the sentence has these words in it. */
void support_check_error(int result, int error, const char *words, const char *call);
#define assert_error(call, error, words) support_check_error((call), (error), (words), #call)

/* The open descriptors of this process. */
size_t support_count_descriptors(void);

/* The mappings of this process whose path has `part` in it, and how many pages they are. Those of
 * the program itself do not count: the folder that it was built in may have any name. */
size_t support_count_mappings(const char *part, size_t *pages);

/* The start of the mapping with these rights ("r-xp") whose path has `part` in it, or NULL. */
const void *support_find_mapping(const char *part, const char *rights);

/* Makes an empty folder of this user alone, on a filesystem that allows to map code. The path is
 * valid until the next call. */
const char *support_make_folder(void);

/* Removes a folder and everything in it. */
void support_remove_folder(const char *path);

/* Set-up and teardown of tests whose images go into a folder of their own: an empty one, which
 * USDT_DYN_DIR names, and which is removed with all that is left in it. */
extern const char *support_folder;
int support_enter_folder(void **state);
int support_leave_folder(void **state);

/* Mounts a tmpfs that only this process has, in a mount namespace of its own. False where that is
 * not possible: without root, or in a chroot, whose "/" is no mount point. */
bool support_mount_tmpfs(const char *where, unsigned long flags, const char *options);

/* How many entries a folder has; 0 if there is none. */
size_t support_count_entries(const char *path);

/* Sets the semaphore as the kernel does when a tracer comes or leaves. */
void support_set_semaphore(const usdt_dyn_probe *probe, uint16_t value);

/* A provider with one probe, not loaded. */
usdt_dyn_provider *support_provider(const char *name, const char *probe_name,
                                    const usdt_dyn_arg *args, size_t nargs, usdt_dyn_probe **probe);

#endif
