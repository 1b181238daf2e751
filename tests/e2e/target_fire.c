/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "target.h"

struct shot {
    const struct named_probe *probe;
    const uint64_t *values;
    pthread_barrier_t together;
};

static void *fire_together(void *data)
{
    struct shot *shot = data;

    pthread_barrier_wait(&shot->together);
    usdt_dyn_probe_fire(shot->probe->probe, shot->values, shot->probe->nargs);
    return NULL;
}

bool target_fire_in_threads(const struct named_probe *probe, const uint64_t *values)
{
    struct shot shot = {.probe = probe, .values = values};
    pthread_t threads[4];
    size_t i;

    if (pthread_barrier_init(&shot.together, NULL, 4) != 0)
        return false;
    for (i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, fire_together, &shot) != 0)
            return false;
    for (i = 0; i < 4; i++)
        if (pthread_join(threads[i], NULL) != 0)
            return false;
    return pthread_barrier_destroy(&shot.together) == 0;
}

/* The site as other code in the process could find it: by its symbol in the image. */
static target_site *find_site(const struct named_probe *probe)
{
    const char *path = usdt_dyn_provider_path(probe->owner);
    void *image = path != NULL ? dlopen(path, RTLD_NOW | RTLD_NOLOAD) : NULL;
    target_site *site = NULL;
    char symbol[300];

    if (image == NULL)
        return NULL;
    snprintf(symbol, sizeof(symbol), "%s__%s", probe->provider, probe->name);
    *(void **)&site = dlsym(image, symbol);
    dlclose(image);
    return site;
}

bool target_call_bare(struct named_probe *probe, const uint64_t *v)
{
    if (probe->site == NULL)
        probe->site = find_site(probe);
    if (probe->site != NULL)
        probe->site(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]);
    return probe->site != NULL;
}
