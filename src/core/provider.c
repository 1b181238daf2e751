/* SPDX-License-Identifier: MIT */
/* Providers and their probes: what is in them, and which of them are live in this process. */
#include "core/provider.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "core/watch.h"
#include "system/system.h"

/* All providers of the process, under the lock. */
static struct usdt_dyn_provider *providers;

const struct usdt_dyn_provider *udyn_providers(void)
{
    return providers;
}

int usdt_dyn_provider_new(usdt_dyn_provider **provider, const char *name)
{
    struct usdt_dyn_provider *made;
    int error;

    if (provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_new: no place to put the provider (NULL)");
    *provider = NULL;
    error = udyn_name_check("provider", name);
    if (error < 0)
        return error;

    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return udyn_fail(-ENOMEM, "no memory for provider %s", name);
    strcpy(made->name, name); /* fits: udyn_name_check() */

    error = udyn_system_lock();
    if (error < 0) {
        free(made);
        return error;
    }
    made->next = providers;
    providers = made;
    udyn_system_unlock();
    *provider = made;
    return 0;
}

/* Is a load of the provider under way, in this process and not in the one that forked it? */
static bool is_loading(const struct usdt_dyn_provider *provider)
{
    return provider->is_loading && provider->loading_generation == udyn_system_generation();
}

static void wait_for_load(const struct usdt_dyn_provider *provider)
{
    while (is_loading(provider))
        udyn_system_wait_for_slow_work();
}

/* How many of the provider's probes are live, or about to be. */
static size_t live_probes(const struct usdt_dyn_provider *provider)
{
    if (is_loading(provider))
        return provider->reserved;
    return provider->loaded ? provider->published : 0;
}

/*
 * bcc and bpftrace up to 0.24 merge the same provider:probe of two modules of a process and read
 * out of bounds when the arguments differ (bcc usdt.cc, largest_arg_type): one may be live at a
 * time.
 */
static int check_not_live(const struct usdt_dyn_provider *provider, size_t from)
{
    const struct usdt_dyn_provider *other;
    size_t i, position;

    for (other = providers; other != NULL; other = other->next) {
        size_t live = live_probes(other);

        if (other == provider || live == 0 || strcmp(other->name, provider->name) != 0)
            continue;
        for (i = from; i < provider->count; i++)
            if (udyn_names_find(&other->names, provider->probes[i]->name, &position) &&
                position < live)
                return udyn_fail(-EEXIST,
                                 "%s:%s is already live in this process: unload the other "
                                 "provider first, or use another name",
                                 provider->name, provider->probes[i]->name);
    }
    return 0;
}

static void publish(struct usdt_dyn_provider *provider, struct udyn_image *image)
{
    size_t i;

    for (i = provider->published; i < provider->reserved; i++) {
        struct udyn_probe *probe = provider->probes[i];
        size_t position = i - provider->published;
        const volatile uint16_t *semaphore = udyn_image_semaphore(image, position);

        probe->site = udyn_image_site(image, position);
        probe->image = image;
        if (semaphore == NULL)
            __atomic_store_n(&probe->head.pristine, udyn_image_pristine(image), __ATOMIC_RELAXED);
        __atomic_store_n(&probe->head.watched, semaphore != NULL ? semaphore : probe->site,
                         __ATOMIC_RELEASE);
        __atomic_store_n(&probe->has_semaphore, semaphore != NULL, __ATOMIC_RELEASE);
    }
    image->first = provider->published;
    image->count = provider->reserved - provider->published;
    image->next = provider->images;
    provider->images = image;
    provider->published = provider->reserved;
}

static int show_all(struct usdt_dyn_provider *provider)
{
    struct udyn_image *image, *shown;
    int error;

    for (image = provider->images; image != NULL; image = image->next) {
        error = udyn_image_show(image);
        if (error < 0) {
            for (shown = provider->images; shown != image; shown = shown->next)
                (void)udyn_image_hide(shown); /* the error that counts is the first */
            return error;
        }
    }
    return 0;
}

/* Makes the image for the probes that have none. The lock is open for a moment: meanwhile the
 * provider is marked, its other loads wait, and more probes may be added. */
static int make_image(struct usdt_dyn_provider *provider, struct udyn_image **image)
{
    const struct udyn_image_request request = {
        .provider = provider->name,
        .probes = provider->probes + provider->published,
        .count = provider->count - provider->published,
        .detection = __atomic_load_n(&provider->detection, __ATOMIC_RELAXED),
        .backing = __atomic_load_n(&provider->backing, __ATOMIC_RELAXED),
    };
    int error = udyn_watch_reserve(provider);

    if (error < 0)
        return error;
    provider->reserved = provider->count;
    provider->loading_generation = udyn_system_generation();
    provider->is_loading = true;
    error = udyn_image_make(image, &request);
    provider->is_loading = false;
    return error;
}

static int load(struct usdt_dyn_provider *provider)
{
    struct udyn_image *image = NULL;
    int error;

    wait_for_load(provider);
    error = check_not_live(provider, provider->loaded ? provider->published : 0);
    if (error == 0 && provider->count > provider->published)
        error = make_image(provider, &image);
    if (error < 0)
        return error;
    if (!provider->loaded) {
        error = show_all(provider);
        if (error < 0) {
            if (image != NULL)
                udyn_image_free(image);
            return error;
        }
    }
    if (image != NULL) {
        publish(provider, image);
        udyn_watch_published(provider);
    }
    provider->loaded = true;
    return 0;
}

/* What load means where nothing can be traced: the semaphores are there and stay 0. */
static void load_untraced(struct usdt_dyn_provider *provider)
{
    bool has_semaphores =
        __atomic_load_n(&provider->detection, __ATOMIC_RELAXED) == USDT_DYN_DETECT_SEMAPHORE;
    size_t i;

    for (i = 0; i < provider->count; i++)
        __atomic_store_n(&provider->probes[i]->has_semaphore, has_semaphores, __ATOMIC_RELEASE);
    provider->loaded = true;
}

int usdt_dyn_provider_load(usdt_dyn_provider *provider)
{
    int error;

    if (provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_load: the provider is NULL");
    error = udyn_system_lock();
    if (error < 0)
        return error;
    if (!provider->is_decided) {
        provider->is_traceable = udyn_system_supported() != 0;
        provider->is_decided = true;
    }
    if (provider->count == 0)
        error = udyn_fail(-EINVAL, "provider %s has no probes: add one, then load", provider->name);
    else if (!provider->is_traceable)
        load_untraced(provider);
    else
        error = load(provider);
    udyn_system_unlock();
    return error;
}

int usdt_dyn_provider_unload(usdt_dyn_provider *provider)
{
    struct udyn_image *image;
    int error = 0;

    if (provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_unload: the provider is NULL");
    error = udyn_system_lock();
    if (error < 0)
        return error;
    wait_for_load(provider);
    if (provider->loaded) {
        for (image = provider->images; image != NULL && error == 0; image = image->next)
            error = udyn_image_hide(image);
        if (error == 0)
            provider->loaded = false;
        else
            (void)show_all(provider); /* as it was; the error that counts is the first */
    }
    udyn_system_unlock();
    return error;
}

void usdt_dyn_provider_free(usdt_dyn_provider *provider)
{
    struct usdt_dyn_provider **link;
    struct udyn_image *image, *next;
    size_t i;

    if (provider == NULL || udyn_system_lock() < 0)
        return;
    for (link = &providers; *link != NULL; link = &(*link)->next) {
        if (*link == provider) {
            *link = provider->next;
            break;
        }
    }
    udyn_watch_forget(provider);
    udyn_provider_keep_declared(provider);
    for (image = provider->images; image != NULL; image = next) {
        next = image->next;
        udyn_image_free(image);
    }
    udyn_system_unlock();

    for (i = 0; i < provider->count; i++)
        if (provider->probes[i]->declared == NULL)
            free(provider->probes[i]);
    free(provider->probes);
    udyn_names_free(&provider->names);
    free(provider);
}

const char *usdt_dyn_provider_path(const usdt_dyn_provider *provider)
{
    const char *path = NULL;

    if (provider == NULL || udyn_system_lock() < 0)
        return NULL;
    if (provider->loaded && provider->images != NULL)
        path = udyn_image_path(provider->images);
    udyn_system_unlock();
    return path;
}

int usdt_dyn_provider_set_detection(usdt_dyn_provider *provider, usdt_dyn_detection how)
{
    if (provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_set_detection: the provider is NULL");
    if (how != USDT_DYN_DETECT_SEMAPHORE && how != USDT_DYN_DETECT_SITE)
        return udyn_fail(
            -EINVAL, "there is no detection %d: use USDT_DYN_DETECT_SEMAPHORE or _SITE", (int)how);
    __atomic_store_n(&provider->detection, how, __ATOMIC_RELAXED);
    return 0;
}

int usdt_dyn_provider_set_backing(usdt_dyn_provider *provider, usdt_dyn_backing how)
{
    if (provider == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_provider_set_backing: the provider is NULL");
    if ((unsigned int)how > USDT_DYN_BACKING_SHARED)
        return udyn_fail(-EINVAL,
                         "there is no backing %d: use USDT_DYN_BACKING_AUTO, _MEMFD, _FILE or "
                         "_SHARED",
                         (int)how);
    __atomic_store_n(&provider->backing, how, __ATOMIC_RELAXED);
    return 0;
}

int usdt_dyn_supported(void)
{
    return udyn_system_supported();
}

const char *usdt_dyn_version(void)
{
#define TEXT_OF(number) #number
#define TEXT(a, b, c)   TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)
    return TEXT(USDT_DYN_VERSION_MAJOR, USDT_DYN_VERSION_MINOR, USDT_DYN_VERSION_PATCH);
#undef TEXT
#undef TEXT_OF
}
