/* SPDX-License-Identifier: MIT */
#include "image/note.h"

#include <elf.h>
#include <string.h>

#include "base/type.h"

_Static_assert(UDYN_NOTE_MAX >= sizeof(Elf64_Nhdr) + 16 + 3 * sizeof(uint64_t) +
                                    2 * (UDYN_NAME_MAX + 1) +
                                    USDT_DYN_MAX_ARGS * (UDYN_NAME_MAX + UDYN_OPERAND_SIZE + 1),
               "a note is written to room of this size");

static char *put_u64(char *next, uint64_t value)
{
    memcpy(next, &value, sizeof(value));
    return next + sizeof(value);
}

/* With its NUL. */
static char *put_string(char *next, const char *string)
{
    return stpcpy(next, string) + 1;
}

/* Zeroes up to a multiple of 4. */
static char *put_padding(char *start, char *next)
{
    while ((next - start) % 4 != 0)
        *next++ = '\0';
    return next;
}

/* Starts a note; end() fills in its header. Returns where the description begins. */
static char *begin(char *start, const char *owner)
{
    return put_padding(start, put_string(start + sizeof(Elf64_Nhdr), owner));
}

static void end(struct udyn_buffer *notes, char *start, char *description, char *next,
                const char *owner, uint32_t type)
{
    const Elf64_Nhdr header = {
        .n_namesz = (Elf64_Word)strlen(owner) + 1,
        .n_descsz = (Elf64_Word)(next - description),
        .n_type = type,
    };

    memcpy(start, &header, sizeof(header));
    udyn_buffer_commit(notes, (size_t)(put_padding(start, next) - start));
}

static char *put_operands(char *next, const struct udyn_arch *arch, const struct udyn_probe *probe)
{
    size_t i;

    for (i = 0; i < probe->nargs; i++) {
        usdt_dyn_type type = (usdt_dyn_type)probe->types[i];

        if (i > 0)
            *next++ = ' ';
        next += udyn_arch_operand(arch, next, i, udyn_type_size(type), udyn_type_is_signed(type));
    }
    *next++ = '\0';
    return next;
}

void udyn_note_stapsdt(struct udyn_buffer *notes, const struct udyn_arch *arch,
                       const char *provider, const struct udyn_probe *probe,
                       const struct udyn_location *location)
{
    char *start = udyn_buffer_reserve(notes, UDYN_NOTE_MAX);
    char *description, *next;

    if (start == NULL)
        return;
    description = begin(start, UDYN_NOTE_STAPSDT_OWNER);
    next = put_u64(description, location->site);
    next = put_u64(next, location->base);
    next = put_u64(next, location->semaphore);
    next = put_string(next, provider);
    next = put_string(next, probe->name);
    next = put_operands(next, arch, probe);
    end(notes, start, description, next, UDYN_NOTE_STAPSDT_OWNER, UDYN_NOTE_STAPSDT_TYPE);
}

void udyn_note_names(struct udyn_buffer *notes, const char *provider,
                     const struct udyn_probe *probe, const struct udyn_location *location)
{
    char *start = udyn_buffer_reserve(notes, UDYN_NOTE_MAX);
    const char *name = probe->arg_names;
    char *description, *next;
    size_t i;

    if (start == NULL)
        return;
    description = begin(start, UDYN_NOTE_NAMES_OWNER);
    next = put_u64(description, location->site);
    next = put_string(next, provider);
    next = put_string(next, probe->name);
    for (i = 0; i < probe->nargs; i++) {
        next = stpcpy(next, name);
        *next++ = ':';
        next = put_string(next, udyn_type_name((usdt_dyn_type)probe->types[i]));
        name += strlen(name) + 1;
    }
    end(notes, start, description, next, UDYN_NOTE_NAMES_OWNER, UDYN_NOTE_NAMES_TYPE);
}
