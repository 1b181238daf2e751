/* SPDX-License-Identifier: MIT */
/* Reads the SystemTap notes of a file of this processor's kind, without libelf. */
#ifndef TESTS_ARCH_NOTE_READER_H
#define TESTS_ARCH_NOTE_READER_H

#include <stdbool.h>
#include <stdint.h>

struct note {
    uint64_t site;
    uint64_t base;
    uint64_t semaphore;
    char operands[512];
};

/* Finds the note of a probe. False: there is none, or the file is not what it should be. */
bool note_find(const char *path, const char *provider, const char *probe, struct note *note);

#endif
