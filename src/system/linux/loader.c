/* SPDX-License-Identifier: MIT */
#include "system/linux/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "base/error.h"

int udyn_loader_open(const char *path, const struct udyn_content *content, void **handle,
                     char **base)
{
    struct link_map *map = NULL;
    const char *reason;

    /* RTLD_LOCAL: its symbols are for those who read stack traces, not for other objects. */
    *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*handle == NULL || dlinfo(*handle, RTLD_DI_LINKMAP, &map) < 0) {
        reason = dlerror();
        if (*handle != NULL)
            udyn_loader_close(*handle);
        return udyn_fail(-ELIBACC, "the dynamic linker refused the image: %s",
                         reason != NULL ? reason : path);
    }
    *base = (char *)map->l_addr; /* the image is linked at 0 */
    /* Is it the file that was written? dlopen() may answer with an object that it has by that name.
     */
    if (memcmp(*base + content->build_id, content->file.bytes + content->build_id,
               UDYN_BUILD_ID_SIZE) != 0) {
        udyn_loader_close(*handle);
        return udyn_fail(-ESTALE, "dlopen gave another object for %s", path);
    }
    return 0;
}

void udyn_loader_close(void *handle)
{
    /* It can only fail for a handle that is none. */
    (void)dlclose(handle);
}

/* The first object is the program itself. */
static int has_interpreter(struct dl_phdr_info *program, size_t size, void *found)
{
    size_t i;

    (void)size;
    for (i = 0; i < program->dlpi_phnum; i++)
        if (program->dlpi_phdr[i].p_type == PT_INTERP)
            *(bool *)found = true;
    return 1; /* no further object */
}

/*
 * Not by getauxval(AT_BASE): it is 0 as well where somebody runs `ld.so program`. Asked once:
 * dl_iterate_phdr() takes a lock of the dynamic linker, and a child that was forked while another
 * thread was in dlopen() would wait for it without end.
 */
bool udyn_loader_works(void)
{
    static int answer; /* 0: not asked yet, 1: yes, 2: no */
    bool found = false;

    if (__atomic_load_n(&answer, __ATOMIC_RELAXED) == 0) {
        (void)dl_iterate_phdr(has_interpreter, &found);
        __atomic_store_n(&answer, found ? 1 : 2, __ATOMIC_RELAXED);
    }
    return __atomic_load_n(&answer, __ATOMIC_RELAXED) == 1;
}
