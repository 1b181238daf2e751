/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_TRACE_TRACE_H
#define UDYN_CLI_TRACE_TRACE_H

#include "cli/cli.h"

/* usdt-dyn trace: attaches to probes of processes and shows their events. */
enum udyn_status udyn_trace(int argc, char **argv);

#endif
