/* SPDX-License-Identifier: MIT */
/* Firing: everything that happens once a tracer is attached. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/probe.h"
#include "base/type.h"
#include "system/system.h"

/* A site is a function without arguments of its own: the calling convention puts the values where
 * the operands of the note say, six or eight in registers and the others on the stack. */
typedef void site_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                           uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

bool usdt_dyn_probe_enabled(const usdt_dyn_probe *probe)
{
    return probe != NULL && usdt_dyn_enabled(probe);
}

const volatile uint16_t *usdt_dyn_probe_semaphore(const usdt_dyn_probe *probe)
{
    /* Pairs with the release in provider.c: behind it, `watched` is the semaphore. */
    if (probe == NULL || !__atomic_load_n(&udyn_probe_of(probe)->has_semaphore, __ATOMIC_ACQUIRE))
        return NULL;
    return __atomic_load_n(&probe->watched, __ATOMIC_RELAXED);
}

static void touch_strings(const uint64_t *values, size_t nvalues, unsigned int strings)
{
    size_t i;

    for (i = 0; i < nvalues && strings != 0; i++, strings >>= 1)
        if ((strings & 1) != 0)
            udyn_system_touch_string(values[i]);
}

static void call_site(const struct udyn_probe *probe, const uint64_t *values)
{
    uint64_t v[USDT_DYN_MAX_ARGS] = {0};

    if (probe->nargs > 0)
        memcpy(v, values, probe->nargs * sizeof(v[0]));
    ((site_function *)(uintptr_t)probe->site)(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8],
                                              v[9], v[10], v[11]);
}

/* Strings that have a length are copied into this much, in equal parts. */
#define COPIES_SIZE 4096

/* Which arguments are strings that have a length, as bits. */
static unsigned int sized_strings(const struct udyn_probe *probe, const uint64_t *values,
                                  const size_t *lengths)
{
    unsigned int sized = 0;
    size_t i;

    for (i = 0; i < probe->nargs; i++)
        if ((probe->strings >> i & 1) != 0 && values[i] != 0 &&
            lengths[i] != USDT_DYN_NUL_TERMINATED)
            sized |= 1U << i;
    return sized;
}

/* Apart, so that other fires have no such frame. */
static __attribute__((noinline)) void fire_copies(const struct udyn_probe *probe,
                                                  const uint64_t *values, const size_t *lengths,
                                                  unsigned int sized)
{
    size_t part = COPIES_SIZE / (size_t)__builtin_popcount(sized);
    uint64_t own[USDT_DYN_MAX_ARGS];
    char copies[COPIES_SIZE];
    char *next = copies;
    size_t i, length;

    for (i = 0; i < probe->nargs; i++) {
        own[i] = values[i];
        if ((sized >> i & 1) == 0)
            continue;
        length = lengths[i] < part ? lengths[i] : part - 1;
        memcpy(next, (const void *)(uintptr_t)values[i], length);
        next[length] = '\0';
        own[i] = (uintptr_t)next;
        next += part;
    }
    touch_strings(own, probe->nargs, probe->strings & ~sized);
    call_site(probe, own);
}

/* The probe is enabled: fires it if the values fit. Returns 1, 0 if the system keeps it from that,
 * or -EINVAL with a sentence. */
static int fire(const struct udyn_probe *probe, const uint64_t *values, const size_t *lengths,
                size_t nvalues)
{
    unsigned int sized;

    if (nvalues != probe->nargs || (nvalues > 0 && values == NULL))
        return udyn_fail(-EINVAL, "probe %s has %u arguments but was fired with %s%zu: not fired",
                         probe->name, probe->nargs, values == NULL ? "NULL and " : "", nvalues);
    if (!udyn_system_may_fire(probe))
        return 0;
    sized = lengths == NULL ? 0 : sized_strings(probe, values, lengths);
    if (sized != 0) {
        fire_copies(probe, values, lengths, sized);
        return 1;
    }
    touch_strings(values, nvalues, probe->strings);
    call_site(probe, values);
    return 1;
}

/* What fire() returns, or 0 if the probe is not enabled. */
static int fire_if_enabled(const usdt_dyn_probe *probe, const uint64_t *values,
                           const size_t *lengths, size_t nvalues)
{
    int result, saved;

    if (probe == NULL || !usdt_dyn_enabled(probe))
        return 0;
    /* Pairs with the release in provider.c: behind `watched`, the rest of the probe is there. */
    (void)__atomic_load_n(&probe->watched, __ATOMIC_ACQUIRE);
    saved = errno; /* the program may be between a call that failed and its look at errno */
    result = fire(udyn_probe_of(probe), values, lengths, nvalues);
    errno = saved;
    return result;
}

void usdt_dyn_probe_fire(const usdt_dyn_probe *probe, const uint64_t *values, size_t nvalues)
{
    (void)fire_if_enabled(probe, values, NULL, nvalues); /* usdt_dyn_last_error() has it */
}

int usdt_dyn_probe_fire_sized(const usdt_dyn_probe *probe, const uint64_t *values,
                              const size_t *lengths, size_t nvalues, char *error, size_t error_size)
{
    int result = fire_if_enabled(probe, values, lengths, nvalues);

    if (error != NULL && error_size > 0)
        *stpncpy(error, result < 0 ? usdt_dyn_last_error() : "", error_size - 1) = '\0';
    return result;
}

#define TAGGED(n) ((uintptr_t)(n)*2 + 1)

static bool is_tagged(uintptr_t word)
{
    return (word & 1) != 0;
}

/* Returns whether all words are integers that the arguments can have. */
static bool untag(const struct udyn_probe *probe, const uintptr_t *words, uint64_t *values)
{
    size_t i;

    for (i = 0; i < probe->nargs; i++) {
        int64_t value = (intptr_t)words[i] >> 1; /* arithmetic: gcc(1), "Integers implementation" */

        if (!is_tagged(words[i]) || !udyn_type_holds((usdt_dyn_type)probe->types[i], value))
            return false;
        values[i] = (uint64_t)value;
    }
    return true;
}

uintptr_t usdt_dyn_probe_fire_tagged(int nwords, const uintptr_t *words, uintptr_t self)
{
    const usdt_dyn_probe *probe;
    uint64_t values[USDT_DYN_MAX_ARGS];

    (void)self;
    if (nwords < 1 || !is_tagged(words[0]))
        return TAGGED(0);
    probe = (const usdt_dyn_probe *)(words[0] >> 1);
    if (probe == NULL || !usdt_dyn_enabled(probe))
        return TAGGED(0);
    /* As in usdt_dyn_probe_fire(). */
    (void)__atomic_load_n(&probe->watched, __ATOMIC_ACQUIRE);
    if ((size_t)nwords - 1 != udyn_probe_of(probe)->nargs ||
        !untag(udyn_probe_of(probe), words + 1, values))
        return TAGGED(-1);
    usdt_dyn_probe_fire(probe, values, (size_t)nwords - 1);
    return TAGGED(1);
}
