/* SPDX-License-Identifier: MIT */
/*
 * The notes of SystemTap (sourceware.org/systemtap/wiki/UserSpaceProbeImplementation): three
 * addresses (the site, .stapsdt.base when it was linked, the semaphore) and three strings
 * (provider, probe, operands).
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/notes.h"

struct context {
    size_t capacity;
    uint64_t base; /* the address of .stapsdt.base, 0 if the file has none */
};

static int append(struct udyn_read_file *file, struct context *context,
                  const struct udyn_read_probe *probe)
{
    if (!udyn_read_charge(file, sizeof(*probe)))
        return 0;
    if (file->count == context->capacity) {
        size_t capacity = context->capacity == 0 ? 16 : context->capacity * 2;
        struct udyn_read_probe *probes = realloc(file->probes, capacity * sizeof(*probes));

        if (probes == NULL) {
            snprintf(file->complaint, sizeof(file->complaint), "no memory for %zu probes",
                     capacity);
            return -ENOMEM;
        }
        file->probes = probes;
        context->capacity = capacity;
    }
    file->probes[file->count++] = *probe;
    return 0;
}

/* Names are C identifiers, operands what fits a line of assembler. */
static bool is_too_long(const struct udyn_read_probe *probe)
{
    return strlen(probe->provider) > UDYN_READ_MAX_NAME ||
           strlen(probe->name) > UDYN_READ_MAX_NAME || strlen(probe->operands) > UDYN_READ_MAX_TEXT;
}

static int use_note(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                    struct udyn_read_note *note, void *pointer)
{
    struct context *context = pointer;
    struct udyn_read_probe probe = {0};
    uint64_t base;

    if (!udyn_read_address(elf, note, &probe.site) || !udyn_read_address(elf, note, &base) ||
        !udyn_read_address(elf, note, &probe.semaphore) ||
        (probe.provider = udyn_read_string(note)) == NULL ||
        (probe.name = udyn_read_string(note)) == NULL) {
        udyn_read_damaged(file, "a note in .note.stapsdt ends too early");
        return 0;
    }
    /* Version 2 of the notes may leave the operands out. */
    probe.operands = udyn_read_string(note);
    if (probe.operands == NULL)
        probe.operands = "";
    if (probe.provider[0] == '\0' || probe.name[0] == '\0') {
        udyn_read_damaged(file, "a note in .note.stapsdt names no probe");
        return 0;
    }
    if (is_too_long(&probe)) {
        udyn_read_damaged(file,
                          "a note in .note.stapsdt has a name or operands of more than %d "
                          "and %d bytes",
                          UDYN_READ_MAX_NAME, UDYN_READ_MAX_TEXT);
        return 0;
    }
    /* prelink moves sections and leaves the notes as they were: the base tells by how much. */
    if (base != 0 && context->base != 0) {
        probe.site += context->base - base;
        if (probe.semaphore != 0)
            probe.semaphore += context->base - base;
    }
    probe.site_offset = udyn_elf_offset(elf, probe.site, PF_X);
    probe.semaphore_offset = UDYN_READ_NOWHERE;
    if (probe.semaphore != 0)
        probe.semaphore_offset = udyn_elf_offset(elf, probe.semaphore, PF_W);
    if (probe.site_offset == UDYN_READ_NOWHERE) {
        udyn_read_damaged(file, "the note of %.60s:%.60s points at no code", probe.provider,
                          probe.name);
        return 0;
    }
    if (probe.semaphore != 0 && probe.semaphore_offset == UDYN_READ_NOWHERE) {
        udyn_read_damaged(file, "the note of %.60s:%.60s has its semaphore in no writable data",
                          probe.provider, probe.name);
        return 0;
    }
    return append(file, context, &probe);
}

int udyn_read_order(const struct udyn_read_probe *one, const struct udyn_read_probe *other)
{
    int order = strcmp(one->provider, other->provider);

    if (order == 0)
        order = strcmp(one->name, other->name);
    if (order == 0)
        order = (one->site > other->site) - (one->site < other->site);
    return order;
}

static int compare(const void *a, const void *b)
{
    return udyn_read_order(a, b);
}

int udyn_read_stapsdt(const struct udyn_elf_file *elf, struct udyn_read_file *file)
{
    static const struct udyn_read_kind kind = {".note.stapsdt", "stapsdt", 3, use_note};
    struct context context = {0};
    struct udyn_elf_section base;
    size_t index = 0;
    int error;

    if (udyn_elf_find(elf, &index, SHT_PROGBITS, ".stapsdt.base", &base))
        context.base = base.address;
    error = udyn_read_each_note(elf, file, &kind, &context);
    if (file->count > 0)
        qsort(file->probes, file->count, sizeof(*file->probes), compare);
    return error;
}
