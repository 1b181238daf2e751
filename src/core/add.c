/* SPDX-License-Identifier: MIT */
/* Adding probes to a provider: from an array of arguments, a signature, or what USDT_DYN_PROBE()
 * declares.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/type.h"
#include "core/provider.h"
#include "core/signature.h"
#include "system/system.h"

/* Where a probe without an image looks: never enabled. Volatile as the semaphores are. */
static const volatile uint16_t always_zero;

/* What a caller gets that no probe could be added for. */
static struct udyn_probe never_enabled = {.head = {.watched = &always_zero}};

/* Those of declarations whose provider is gone. Under the lock. */
static struct udyn_probe *kept;

static int check_args(const char *probe, const usdt_dyn_arg *args, size_t nargs)
{
    size_t i;
    int error;

    if (nargs > USDT_DYN_MAX_ARGS)
        return udyn_fail(-E2BIG, "probe %s has %zu arguments: tracers read at most %d", probe,
                         nargs, USDT_DYN_MAX_ARGS);
    if (nargs > 0 && args == NULL)
        return udyn_fail(-EINVAL, "probe %s: the arguments are NULL, but %zu were announced", probe,
                         nargs);
    for (i = 0; i < nargs; i++) {
        error = udyn_name_check("argument", args[i].name);
        if (error < 0)
            return error;
        if (udyn_type_size(args[i].type) == 0)
            return udyn_fail(-EINVAL, "probe %s: argument %s has the unknown type %d", probe,
                             args[i].name, (int)args[i].type);
    }
    return 0;
}

/* One block of memory: the probe, its name, the names of its arguments. */
static struct udyn_probe *probe_new(const char *name, const usdt_dyn_arg *args, size_t nargs)
{
    size_t size = sizeof(struct udyn_probe) + strlen(name) + 1;
    struct udyn_probe *probe;
    char *next;
    size_t i;

    for (i = 0; i < nargs; i++)
        size += strlen(args[i].name) + 1;
    probe = calloc(1, size);
    if (probe == NULL) {
        udyn_fail(-ENOMEM, "no memory for probe %s", name);
        return NULL;
    }
    probe->head.watched = &always_zero;
    probe->names_size = size - sizeof(struct udyn_probe);
    probe->nargs = (uint8_t)nargs;
    next = stpcpy(probe->name, name) + 1;
    probe->arg_names = next;
    for (i = 0; i < nargs; i++) {
        next = stpcpy(next, args[i].name) + 1;
        probe->types[i] = (uint8_t)args[i].type;
        if (args[i].type == USDT_DYN_STRING)
            probe->strings |= (uint16_t)(1U << i);
    }
    return probe;
}

/* Makes room for one more probe. The old table goes last, and so there is no realloc(): a child may
 * be forked at any moment by another thread. */
static int reserve(struct usdt_dyn_provider *provider)
{
    size_t capacity = provider->capacity == 0 ? 4 : provider->capacity * 2;
    struct udyn_probe **old = provider->probes;
    struct udyn_probe **probes;

    if (provider->count == provider->capacity) {
        probes = calloc(capacity, sizeof(struct udyn_probe *));
        if (probes == NULL)
            return udyn_fail(-ENOMEM, "no memory for %zu probes of provider %s", capacity,
                             provider->name);
        if (old != NULL)
            memcpy(probes, old, provider->count * sizeof(struct udyn_probe *));
        __atomic_store_n(&provider->probes, probes, __ATOMIC_RELEASE);
        __atomic_store_n(&provider->capacity, capacity, __ATOMIC_RELEASE);
        free(old);
    }
    return udyn_names_reserve(&provider->names);
}

/* The name is new, and there is room. */
static int reserve_for(struct usdt_dyn_provider *provider, const char *name)
{
    size_t position;

    if (udyn_names_find(&provider->names, name, &position))
        return udyn_fail(-EEXIST,
                         "provider %s already has a probe %s: use that one or another name",
                         provider->name, name);
    return reserve(provider);
}

static void append(struct usdt_dyn_provider *provider, struct udyn_probe *probe)
{
    udyn_names_add(&provider->names, probe->name, provider->count);
    provider->probes[provider->count++] = probe;
}

/* Is what was declared in a provider? The probe that it points to may have been freed with one. */
static bool is_added(const usdt_dyn_declared *declared)
{
    const struct usdt_dyn_provider *provider;
    size_t i;

    if (declared->probe == &declared->never)
        return false;
    for (provider = udyn_providers(); provider != NULL; provider = provider->next)
        for (i = 0; i < provider->count; i++)
            if (provider->probes[i]->declared == declared)
                return true;
    return false;
}

void udyn_provider_keep_declared(struct usdt_dyn_provider *provider)
{
    size_t i;

    for (i = 0; i < provider->count; i++) {
        struct udyn_probe *probe = provider->probes[i];

        if (probe->declared == NULL)
            continue;
        __atomic_store_n(&probe->has_semaphore, false, __ATOMIC_RELEASE);
        __atomic_store_n(&probe->head.watched, &always_zero, __ATOMIC_RELEASE);
        __atomic_store_n(&probe->head.pristine, 0, __ATOMIC_RELAXED);
        probe->site = NULL;
        probe->image = NULL;
        probe->next_kept = kept;
        kept = probe;
    }
}

/* Something else may have come to the address of a declaration that was unmapped: so the names
 * count as well. */
static bool is_same(const struct udyn_probe *a, const struct udyn_probe *b)
{
    return a->declared == b->declared && a->nargs == b->nargs && a->names_size == b->names_size &&
           memcmp(a->types, b->types, sizeof(a->types)) == 0 &&
           memcmp(a->name, b->name, a->names_size) == 0;
}

/* The probe that was kept for the same declaration, or `made`: a thread may be looking at the
 * first, and so it is never freed. */
static struct udyn_probe *take_kept(struct udyn_probe *made)
{
    struct udyn_probe **link, *taken;

    for (link = &kept; *link != NULL; link = &(*link)->next_kept) {
        if (is_same(*link, made)) {
            taken = *link;
            *link = taken->next_kept;
            free(made);
            return taken;
        }
    }
    return made;
}

/* Under the lock. Sets *place only if it returns 0; else `made` is still the caller's. */
static int add(struct usdt_dyn_provider *provider, usdt_dyn_probe **place, struct udyn_probe *made)
{
    int error;

    if (made->declared != NULL && is_added(made->declared))
        return udyn_fail(-EEXIST, "probe %s was added before: declare another for provider %s",
                         made->name, provider->name);
    error = reserve_for(provider, made->name);
    if (error < 0)
        return error;
    if (made->declared != NULL)
        made = take_kept(made);
    append(provider, made);
    __atomic_store_n(place, &made->head, __ATOMIC_RELEASE);
    return 0;
}

/* `declared` is NULL for a probe that was not. */
static int add_new(struct usdt_dyn_provider *provider, usdt_dyn_probe **place, const char *name,
                   const usdt_dyn_arg *args, size_t nargs, usdt_dyn_declared *declared)
{
    struct udyn_probe *made;
    int error = udyn_name_check("probe", name);

    if (error == 0)
        error = check_args(name, args, nargs);
    if (error < 0)
        return error;
    made = probe_new(name, args, nargs);
    if (made == NULL)
        return -ENOMEM;
    made->declared = declared;
    error = udyn_system_lock();
    if (error == 0) {
        error = add(provider, place, made);
        udyn_system_unlock();
    }
    if (error < 0)
        free(made);
    return error;
}

int usdt_dyn_provider_add_probe(usdt_dyn_provider *provider, usdt_dyn_probe **probe,
                                const char *name, const usdt_dyn_arg *args, size_t nargs)
{
    if (probe != NULL)
        *probe = &never_enabled.head;
    if (provider == NULL || probe == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_add_probe: the %s is NULL",
                         provider == NULL ? "provider" : "place to put the probe");
    return add_new(provider, probe, name, args, nargs, NULL);
}

int usdt_dyn_provider_add(usdt_dyn_provider *provider, usdt_dyn_probe **probe, const char *name,
                          const char *signature)
{
    struct udyn_signature read;
    int error = udyn_signature_read(&read, signature);

    if (error < 0) {
        if (probe != NULL)
            *probe = &never_enabled.head;
        return error;
    }
    return usdt_dyn_provider_add_probe(provider, probe, name, read.args, read.nargs);
}

int usdt_dyn_provider_add_declared(usdt_dyn_provider *provider, usdt_dyn_declared *declared)
{
    struct udyn_signature signature;
    int error;

    if (provider == NULL || declared == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_add: the %s is NULL",
                         provider == NULL ? "provider" : "declaration");
    error = udyn_signature_of_declared(&signature, declared);
    if (error < 0)
        return error;
    return add_new(provider, &declared->probe, signature.probe, signature.args, signature.nargs,
                   declared);
}
