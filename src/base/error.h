/* SPDX-License-Identifier: MIT */
/* The sentence that usdt_dyn_last_error() gives, and what USDT_DYN_DEBUG=1 prints. */
#ifndef UDYN_BASE_ERROR_H
#define UDYN_BASE_ERROR_H

/*
 * Keeps a sentence for this thread and returns `code`, a negative errno, so that a function can end
 * with `return udyn_fail(-EINVAL, "...")`. The sentence says what failed, on what, and what to do.
 */
__attribute__((format(printf, 2, 3))) int udyn_fail(int code, const char *format, ...);

/* The same for a call into the system that failed with errno: adds its text to the sentence. */
__attribute__((format(printf, 2, 3))) int udyn_fail_errno(int error, const char *format, ...);

/* Prints a line on stderr if USDT_DYN_DEBUG=1. */
__attribute__((format(printf, 1, 2))) void udyn_debug(const char *format, ...);

#endif
