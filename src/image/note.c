/* SPDX-License-Identifier: MIT */
#include "image/note.h"

#include <elf.h>
#include <string.h>

/* Starts a note; its description begins where the returned position says. */
static size_t begin(struct udyn_buffer *notes, const char *owner, uint32_t type)
{
    udyn_buffer_append_u32(notes, (uint32_t)strlen(owner) + 1);
    udyn_buffer_append_u32(notes, 0); /* the size of the description: end() */
    udyn_buffer_append_u32(notes, type);
    udyn_buffer_append_string(notes, owner);
    udyn_buffer_align(notes, 4);
    return notes->size;
}

static void end(struct udyn_buffer *notes, size_t owner_size, size_t description)
{
    uint32_t size = (uint32_t)(notes->size - description);
    size_t header = description - ((owner_size + 3) & ~(size_t)3) - sizeof(Elf64_Nhdr);

    if (!notes->failed)
        memcpy(notes->bytes + header + offsetof(Elf64_Nhdr, n_descsz), &size, sizeof(size));
    udyn_buffer_align(notes, 4);
}

static void append_operands(struct udyn_buffer *notes, const struct udyn_arch *arch,
                            const struct udyn_probe *probe)
{
    char text[UDYN_OPERAND_SIZE];
    size_t i;

    for (i = 0; i < probe->nargs; i++) {
        usdt_dyn_type type = (usdt_dyn_type)probe->types[i];
        size_t length =
            udyn_arch_operand(arch, text, i, udyn_type_size(type), udyn_type_is_signed(type));

        if (i > 0)
            udyn_buffer_append(notes, " ", 1);
        udyn_buffer_append(notes, text, length);
    }
    udyn_buffer_append(notes, "", 1);
}

void udyn_note_stapsdt(struct udyn_buffer *notes, const struct udyn_arch *arch,
                       const char *provider, const struct udyn_probe *probe,
                       const struct udyn_place *place)
{
    size_t description = begin(notes, UDYN_NOTE_STAPSDT_OWNER, UDYN_NOTE_STAPSDT_TYPE);

    udyn_buffer_append_u64(notes, place->site);
    udyn_buffer_append_u64(notes, place->base);
    udyn_buffer_append_u64(notes, place->semaphore);
    udyn_buffer_append_string(notes, provider);
    udyn_buffer_append_string(notes, probe->name);
    append_operands(notes, arch, probe);
    end(notes, sizeof(UDYN_NOTE_STAPSDT_OWNER), description);
}

void udyn_note_names(struct udyn_buffer *notes, const char *provider,
                     const struct udyn_probe *probe, const struct udyn_place *place)
{
    size_t description = begin(notes, UDYN_NOTE_NAMES_OWNER, UDYN_NOTE_NAMES_TYPE);
    const char *name = probe->arg_names;
    size_t i;

    udyn_buffer_append_u64(notes, place->site);
    udyn_buffer_append_string(notes, provider);
    udyn_buffer_append_string(notes, probe->name);
    for (i = 0; i < probe->nargs; i++) {
        size_t length = strlen(name);

        udyn_buffer_append(notes, name, length);
        udyn_buffer_append(notes, ":", 1);
        udyn_buffer_append_string(notes, udyn_type_name((usdt_dyn_type)probe->types[i]));
        name += length + 1;
    }
    end(notes, sizeof(UDYN_NOTE_NAMES_OWNER), description);
}
