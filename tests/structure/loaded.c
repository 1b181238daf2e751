/* SPDX-License-Identifier: MIT */
#include "loaded.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"
#include "test.h"

struct loaded loaded;

size_t loaded_nargs(size_t i)
{
    return i % (USDT_DYN_MAX_ARGS + 1);
}

usdt_dyn_type loaded_type(size_t i, size_t arg)
{
    return (usdt_dyn_type)((i + arg) % (USDT_DYN_DOUBLE + 1));
}

static void add_probes(void)
{
    static const char *const names[] = {"n0", "n1", "n2", "n3", "n4",  "n5",
                                        "n6", "n7", "n8", "n9", "n10", "n11"};
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    char name[32];
    size_t i, a;

    for (i = 0; i < loaded.count; i++) {
        for (a = 0; a < loaded_nargs(i); a++)
            args[a] = (usdt_dyn_arg){names[a], loaded_type(i, a)};
        snprintf(name, sizeof(name), "p%zu", i);
        assert_ok(usdt_dyn_provider_add_probe(loaded.provider, &loaded.probes[i], name, args,
                                              loaded_nargs(i)));
    }
}

int loaded_make(void **state)
{
    struct link_map *map;

    (void)state;
    loaded.page_size = (size_t)sysconf(_SC_PAGESIZE);
    loaded.probes = calloc(loaded.count, sizeof(*loaded.probes));
    assert_non_null(loaded.probes);
    assert_ok(usdt_dyn_provider_new(&loaded.provider, "layout"));
    assert_ok(usdt_dyn_provider_set_detection(loaded.provider, loaded.detection));
    assert_ok(usdt_dyn_provider_set_backing(loaded.provider, loaded.backing));
    add_probes();
    assert_ok(usdt_dyn_provider_load(loaded.provider));
    reader_open(&loaded.image, usdt_dyn_provider_path(loaded.provider));
    loaded.handle = dlopen(usdt_dyn_provider_path(loaded.provider), RTLD_NOW | RTLD_NOLOAD);
    assert_non_null(loaded.handle);
    assert_int_equal(dlinfo(loaded.handle, RTLD_DI_LINKMAP, &map), 0);
    loaded.base = (const char *)map->l_addr;
    return 0;
}

int loaded_free(void **state)
{
    (void)state;
    dlclose(loaded.handle);
    reader_close(&loaded.image);
    usdt_dyn_provider_free(loaded.provider);
    free(loaded.probes);
    return 0;
}

const struct reader_section *loaded_section(const char *name)
{
    const struct reader_section *found = reader_section(&loaded.image, name);

    if (found == NULL)
        fail_msg("there is no section %s", name);
    return found;
}
