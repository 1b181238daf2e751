/* SPDX-License-Identifier: MIT */
/* What all parts of the command share. */
#ifndef UDYN_CLI_CLI_H
#define UDYN_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* The exit status, of the command and of the functions that end it. */
enum udyn_status {
    UDYN_DONE = 0,
    UDYN_NOTHING = 1, /* nothing matched, or the target went away before anything was seen */
    UDYN_USAGE = 2,
    UDYN_REFUSED = 3, /* not permitted, or not supported here */
};

/* The status that fits a negative errno of the system. */
enum udyn_status udyn_status_of(int error);

/* Prints "usdt-dyn: ..." on stderr. */
__attribute__((format(printf, 1, 2))) void udyn_say(const char *format, ...);

/* The same with the text of a negative errno behind it. */
__attribute__((format(printf, 2, 3))) void udyn_say_errno(int error, const char *format, ...);

/* Has a signal come that asks to end, while such signals are blocked? To be asked in what takes
 * long. */
bool udyn_is_interrupted(void);

/* Says that memory has run out and ends the command: for allocations of a few bytes, where nothing
 * better can be done. Everything in the kernel is swept by the next run. */
void *udyn_allocate(size_t count, size_t size);
void *udyn_reallocate(void *old, size_t count, size_t size);
char *udyn_copy(const char *string);

#endif
