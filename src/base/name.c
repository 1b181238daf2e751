/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void udyn_make_printable(char *text, size_t size, const char *name)
{
    size_t i;

    for (i = 0; i + 1 < size && name[i] != '\0'; i++)
        text[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
    text[i] = '\0';
}

int udyn_name_check(const char *what, const char *name)
{
    char shown[64];
    size_t i;

    if (name == NULL)
        return udyn_fail(-EINVAL, "the %s name is NULL: give it a name", what);
    if (name[0] == '\0')
        return udyn_fail(-EINVAL, "the %s name \"\" is empty: give it a name", what);

    udyn_make_printable(shown, sizeof(shown), name);
    for (i = 0; name[i] != '\0'; i++) {
        if (i == UDYN_NAME_MAX)
            return udyn_fail(-EINVAL, "the %s name \"%s...\" is too long: use at most %d bytes",
                             what, shown, UDYN_NAME_MAX);
        if (!is_letter(name[i]) && !(i > 0 && is_digit(name[i])))
            return udyn_fail(-EINVAL,
                             "the %s name \"%s\" is not allowed: use letters, digits and '_', and "
                             "no digit first",
                             what, shown);
    }
    return 0;
}

/* FNV-1a, 64 bits. */
static uint64_t hash(const char *name)
{
    uint64_t value = 0xcbf29ce484222325U;

    for (; *name != '\0'; name++)
        value = (value ^ (unsigned char)*name) * 0x100000001b3U;
    return value;
}

static struct udyn_name_slot *slot_of(struct udyn_name_slot *slots, size_t capacity,
                                      const char *name)
{
    size_t i = (size_t)hash(name) & (capacity - 1);

    while (slots[i].name != NULL && strcmp(slots[i].name, name) != 0)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

int udyn_names_reserve(struct udyn_names *names)
{
    size_t capacity = names->capacity == 0 ? 8 : names->capacity * 2;
    struct udyn_name_slot *slots, *old;
    size_t i;

    if ((names->count + 1) * 2 <= names->capacity)
        return 0;
    slots = calloc(capacity, sizeof(*slots));
    if (slots == NULL)
        return udyn_fail(-ENOMEM, "no memory for a table of %zu names", capacity);
    for (i = 0; i < names->capacity; i++)
        if (names->slots[i].name != NULL)
            *slot_of(slots, capacity, names->slots[i].name) = names->slots[i];
    /* In this order: a child may be forked at any moment by another thread. */
    old = names->slots;
    __atomic_store_n(&names->slots, slots, __ATOMIC_RELEASE);
    __atomic_store_n(&names->capacity, capacity, __ATOMIC_RELEASE);
    free(old);
    return 0;
}

void udyn_names_add(struct udyn_names *names, const char *name, size_t position)
{
    struct udyn_name_slot *slot = slot_of(names->slots, names->capacity, name);

    slot->name = name;
    slot->position = position;
    names->count++;
}

bool udyn_names_find(const struct udyn_names *names, const char *name, size_t *position)
{
    struct udyn_name_slot *slot;

    if (names->capacity == 0)
        return false;
    slot = slot_of(names->slots, names->capacity, name);
    if (slot->name == NULL)
        return false;
    *position = slot->position;
    return true;
}

void udyn_names_free(struct udyn_names *names)
{
    free(names->slots);
    names->slots = NULL;
    names->capacity = 0;
    names->count = 0;
}
