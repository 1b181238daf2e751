/* SPDX-License-Identifier: MIT */
/* The arguments of a location: operands of the note with the names and types of our images. */
#ifndef UDYN_CLI_FIND_PROBE_ARGUMENTS_H
#define UDYN_CLI_FIND_PROBE_ARGUMENTS_H

#include <stddef.h>

#include "read/operand.h"
#include "read/read.h"

struct udyn_argument {
    char name[128]; /* "arg0" where it is not known */
    char type[16];
    struct udyn_operand operand;
};

/* Fills in the arguments of a location and returns their number, at most UDYN_OPERAND_MAX. */
size_t udyn_arguments(uint16_t machine, const struct udyn_read_probe *location,
                      struct udyn_argument arguments[UDYN_OPERAND_MAX]);

#endif
