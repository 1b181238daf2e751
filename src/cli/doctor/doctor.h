/* SPDX-License-Identifier: MIT */
#ifndef UDYN_CLI_DOCTOR_DOCTOR_H
#define UDYN_CLI_DOCTOR_DOCTOR_H

#include "cli/cli.h"

/* usdt-dyn doctor: says what this machine allows. */
enum udyn_status udyn_doctor(int argc, char **argv);

/* What a check has found. */
enum udyn_finding {
    UDYN_FOUND_GOOD,
    UDYN_FOUND_LIMIT, /* tracing works, something else does not */
    UDYN_FOUND_BAD,   /* tracing can't work */
};

/* Prints a line: what was looked at, and a sentence. */
__attribute__((format(printf, 3, 4))) void
udyn_doctor_tell(enum udyn_finding finding, const char *what, const char *format, ...);

/* Makes a probe, traces it, fires it, and tells how far it came (doctor_try.c). */
void udyn_doctor_try(void);

/* Tells which tracers are installed, and what they know (doctor_tracers.c). */
void udyn_doctor_tracers(void);

#endif
