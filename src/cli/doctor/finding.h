/* SPDX-License-Identifier: MIT */
/* What the doctor tells. */
#ifndef UDYN_CLI_DOCTOR_FINDING_H
#define UDYN_CLI_DOCTOR_FINDING_H

#include <stdbool.h>

/* What a check has found. */
enum udyn_finding {
    UDYN_FOUND_GOOD,
    UDYN_FOUND_LIMIT, /* tracing works, something else does not */
    UDYN_FOUND_BAD,   /* tracing can't work */
};

/* Prints a line: what was looked at, and a sentence. */
__attribute__((format(printf, 3, 4))) void
udyn_doctor_tell(enum udyn_finding finding, const char *what, const char *format, ...);

/* Was a finding UDYN_FOUND_BAD? */
bool udyn_doctor_is_bad(void);

#endif
