/* SPDX-License-Identifier: MIT */
/*
 * The two kinds of notes in an image. Both are ELF notes (gABI, "Note Section"): sizes of the name
 * and the description, a type, then the two, each padded to 4 bytes.
 */
#ifndef UDYN_IMAGE_NOTE_H
#define UDYN_IMAGE_NOTE_H

#include <stdint.h>

#include "arch/arch.h"
#include "base/name.h"
#include "base/probe.h"
#include "image/buffer.h"

/* What SystemTap's probes are called, and the version that all tracers read. */
#define UDYN_NOTE_STAPSDT_SECTION ".note.stapsdt"
#define UDYN_NOTE_STAPSDT_OWNER   "stapsdt"
#define UDYN_NOTE_STAPSDT_TYPE    3

/* Ours, for the names and types of arguments that a SystemTap note has no room for. */
#define UDYN_NOTE_NAMES_SECTION ".note.usdt-dyn"
#define UDYN_NOTE_NAMES_OWNER   "usdt-dyn"
#define UDYN_NOTE_NAMES_TYPE    1

/* Room for any note: two names and twelve arguments with a name each, and the fixed parts. */
#define UDYN_NOTE_MAX 2560

/* Where a probe is in its image; all are addresses as the image is linked, at 0. */
struct udyn_location {
    uint64_t site;
    uint64_t base;      /* of .stapsdt.base, by which tracers see that the file was prelinked */
    uint64_t semaphore; /* 0 for none */
};

/*
 * Appends the SystemTap note of a probe. The description is three addresses and three strings
 * (provider, name, operands) and ends at the last NUL: gdb and SystemTap take the last byte of the
 * description for it (gdb/stap-probe.c), so padding is outside.
 */
void udyn_note_stapsdt(struct udyn_buffer *notes, const struct udyn_arch *arch,
                       const char *provider, const struct udyn_probe *probe,
                       const struct udyn_location *location);

/*
 * Appends the note with the names and types of a probe's arguments: the address of its site, then
 * the strings provider, probe, and "name:type" for each argument.
 */
void udyn_note_names(struct udyn_buffer *notes, const char *provider,
                     const struct udyn_probe *probe, const struct udyn_location *location);

#endif
