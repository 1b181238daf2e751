/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_DOCTOR_DOCTOR_H
#define UDYN_CLI_DOCTOR_DOCTOR_H

#include "cli/cli.h"

/* usdt-dyn doctor: says what this machine allows. */
enum udyn_status udyn_doctor(int argc, char **argv);

#endif
