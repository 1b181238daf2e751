/* SPDX-License-Identifier: MIT */
#ifndef UDYN_LINUX_ENVIRONMENT_H
#define UDYN_LINUX_ENVIRONMENT_H

/*
 * The value of a USDT_DYN_* variable that chooses something. NULL if the choice is left to the
 * library: the variable is not set, empty or "auto", or the program has more rights than its user
 * (secure_getenv(3)).
 */
const char *udyn_environment(const char *name);

#endif
