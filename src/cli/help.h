/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_HELP_H
#define UDYN_CLI_HELP_H

/* Prints the help of a command, or of all of them for "usdt-dyn". */
void udyn_help(const char *command);

/* Prints the version. */
void udyn_version(void);

#endif
