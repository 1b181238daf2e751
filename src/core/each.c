/* SPDX-License-Identifier: MIT */
/* usdt_dyn_each(): what is live is copied under the lock, and told without it, so that the callback
 * may call the library and other threads may free what it is told of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "core/provider.h"
#include "system/system.h"

/* Room for texts. While it is only measured there is no `next`, and `size` goes up; then down. */
struct room {
    char *next;
    size_t size;
};

/* All parts are in one block of memory. */
struct copy {
    usdt_dyn_live_probe *probes;
    usdt_dyn_arg *args;
    struct room names;
    struct room paths; /* apart: the program can close a memfd, which has none then, at any time */
    size_t probe_count, arg_count;
};

/* Returns NULL while it is measured, and where there is no room. */
static const char *copy_text(struct room *room, const char *text, size_t size)
{
    char *copied = room->next;

    if (copied == NULL) {
        room->size += size;
        return NULL;
    }
    if (size > room->size)
        return NULL;
    room->size -= size;
    room->next += size;
    return memcpy(copied, text, size);
}

static const usdt_dyn_arg *copy_args(struct copy *copy, const struct udyn_probe *probe,
                                     const char *names)
{
    usdt_dyn_arg *args = copy->args;
    size_t i;

    copy->arg_count += probe->nargs;
    if (args == NULL)
        return NULL;
    copy->args += probe->nargs;
    for (i = 0; i < probe->nargs; i++, names += strlen(names) + 1)
        args[i] = (usdt_dyn_arg){names, (usdt_dyn_type)probe->types[i]};
    return args;
}

static void copy_probe(struct copy *copy, const struct udyn_probe *probe, const char *provider,
                       const char *path)
{
    const char *name = copy_text(&copy->names, probe->name, probe->names_size);
    const usdt_dyn_arg *args =
        copy_args(copy, probe, name == NULL ? NULL : name + (probe->arg_names - probe->name));

    copy->probe_count++;
    if (copy->probes != NULL)
        *copy->probes++ = (usdt_dyn_live_probe){
            .provider = provider,
            .name = name,
            .args = args,
            .nargs = probe->nargs,
            .path = path,
            .enabled = usdt_dyn_enabled(&probe->head),
        };
}

static void copy_provider(struct copy *copy, const struct usdt_dyn_provider *provider)
{
    const char *name = copy_text(&copy->names, provider->name, strlen(provider->name) + 1);
    struct udyn_image *image;
    size_t i;

    for (image = provider->images; image != NULL; image = image->next) {
        const char *path = udyn_image_path(image);

        if (path != NULL)
            path = copy_text(&copy->paths, path, strlen(path) + 1);
        for (i = 0; i < image->count; i++)
            copy_probe(copy, provider->probes[image->first + i], name, path);
    }
}

static void copy_all(struct copy *copy)
{
    const struct usdt_dyn_provider *provider;

    for (provider = udyn_providers(); provider != NULL; provider = provider->next)
        if (provider->loaded)
            copy_provider(copy, provider);
}

/* Under the lock. Returns the block, to be freed, and how many probes are at its start. */
static usdt_dyn_live_probe *copy_live(size_t *count)
{
    struct copy copy = {0};
    usdt_dyn_live_probe *block;

    copy_all(&copy);
    *count = copy.probe_count;
    block =
        calloc(1, copy.probe_count * sizeof(*copy.probes) + copy.arg_count * sizeof(*copy.args) +
                      copy.names.size + copy.paths.size + 1); /* not nothing */
    if (block == NULL)
        return NULL;
    copy.probes = block;
    copy.args = (usdt_dyn_arg *)(block + copy.probe_count);
    copy.names.next = (char *)(copy.args + copy.arg_count);
    copy.paths.next = copy.names.next + copy.names.size;
    copy_all(&copy);
    return block;
}

int usdt_dyn_each(usdt_dyn_each_callback *callback, void *context)
{
    usdt_dyn_live_probe *probes;
    size_t i, count;
    int result;

    if (callback == NULL)
        return udyn_fail(-EINVAL, "usdt_dyn_each: the callback is NULL");
    result = udyn_system_lock();
    if (result < 0)
        return result;
    probes = copy_live(&count);
    udyn_system_unlock();
    if (probes == NULL)
        return udyn_fail(-ENOMEM, "no memory for a list of %zu probes", count);
    for (i = 0; i < count && result == 0; i++)
        result = callback(&probes[i], context);
    free(probes);
    return result;
}
