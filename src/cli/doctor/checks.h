/* SPDX-License-Identifier: MIT */
/* The checks that have files of their own. */
#ifndef UDYN_CLI_DOCTOR_CHECKS_H
#define UDYN_CLI_DOCTOR_CHECKS_H

/* Makes a probe, traces it, fires it, and tells how far it came (try.c). */
void udyn_doctor_try(void);

/* Tells which tracers are installed, and what they know (tracers.c). */
void udyn_doctor_tracers(void);

#endif
