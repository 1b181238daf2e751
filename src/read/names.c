/* SPDX-License-Identifier: MIT */
/* The notes of this library (image/note.h): the address of a site, then the strings provider,
 * probe, and "name:type" for each argument. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/notes.h"

/* The probes are in the order of their names: a note's probe is found by halving. */
static struct udyn_read_probe *find(struct udyn_read_file *file,
                                    const struct udyn_read_probe *wanted)
{
    size_t low = 0, high = file->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct udyn_read_probe *probe = &file->probes[middle];
        int order = udyn_read_order(wanted, probe);

        if (order == 0)
            return probe;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static int use_note(const struct udyn_elf_file *elf, struct udyn_read_file *file,
                    struct udyn_read_note *note, void *context)
{
    struct udyn_read_probe wanted = {0};
    struct udyn_read_probe *probe;
    const char *names;
    size_t count = 0;

    (void)context;
    if (note->left > UDYN_READ_MAX_TEXT) {
        udyn_read_damaged(file, "a note in .note.usdt-dyn has more than %d bytes",
                          UDYN_READ_MAX_TEXT);
        return 0;
    }
    if (!udyn_read_address(elf, note, &wanted.site) ||
        (wanted.provider = udyn_read_string(note)) == NULL ||
        (wanted.name = udyn_read_string(note)) == NULL) {
        udyn_read_damaged(file, "a note in .note.usdt-dyn ends too early");
        return 0;
    }
    names = note->at;
    while (note->left > 0) {
        const char *name = udyn_read_string(note);

        if (name == NULL || strchr(name, ':') == NULL) {
            udyn_read_damaged(file, "a note in .note.usdt-dyn has an argument without a type");
            return 0;
        }
        count++;
    }
    probe = find(file, &wanted);
    if (probe != NULL) {
        probe->names = names;
        probe->nnames = count;
    }
    return 0;
}

int udyn_read_names(const struct udyn_elf_file *elf, struct udyn_read_file *file)
{
    static const struct udyn_read_kind kind = {".note.usdt-dyn", "usdt-dyn", 1, use_note};

    return file->count == 0 ? 0 : udyn_read_each_note(elf, file, &kind, NULL);
}
