/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_LIST_LIST_H
#define UDYN_CLI_LIST_LIST_H

#include "cli/cli.h"

/* usdt-dyn list: shows the probes of processes and files. */
enum udyn_status udyn_list(int argc, char **argv);

#endif
