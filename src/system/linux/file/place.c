/* SPDX-License-Identifier: MIT */
/* Programs with more rights than their user do not take folders from the environment: that is what
 * secure_getenv(3) is for. */
#include "system/linux/file/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "system/linux/environment.h"

static int apply_environment(usdt_dyn_backing *backing)
{
    static const struct {
        const char *name;
        usdt_dyn_backing backing;
    } names[] = {
        {"memfd", USDT_DYN_BACKING_MEMFD},
        {"file", USDT_DYN_BACKING_FILE},
        {"shared", USDT_DYN_BACKING_SHARED},
    };
    const char *wanted = udyn_environment("USDT_DYN_BACKING");
    size_t i;

    if (*backing != USDT_DYN_BACKING_AUTO || wanted == NULL)
        return 0;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(wanted, names[i].name) == 0) {
            *backing = names[i].backing;
            return 0;
        }
    }
    return udyn_fail(-EINVAL, "USDT_DYN_BACKING=%s is not a backing: use memfd, file or shared",
                     wanted);
}

static void add(struct udyn_places *places, enum udyn_file_kind kind, const char *folder,
                bool must_be_in_memory)
{
    if (kind == UDYN_FILE_MEMFD || (folder != NULL && folder[0] != '\0'))
        places->list[places->count++] = (struct udyn_place){kind, folder, must_be_in_memory};
}

static void add_files(struct udyn_places *places, usdt_dyn_backing backing)
{
    const char *chosen = udyn_environment("USDT_DYN_DIR");
    enum udyn_file_kind kind =
        backing == USDT_DYN_BACKING_SHARED ? UDYN_FILE_SHARED : UDYN_FILE_PRIVATE;
    bool is_auto = backing == USDT_DYN_BACKING_AUTO;

    if (chosen != NULL) {
        add(places, kind, chosen, false);
    } else {
        add(places, kind, secure_getenv("XDG_RUNTIME_DIR"), is_auto);
        add(places, kind, "/dev/shm", is_auto);
    }
    if (is_auto)
        add(places, UDYN_FILE_MEMFD, NULL, false);
    if (chosen == NULL) {
        add(places, kind, secure_getenv("TMPDIR"), false);
        add(places, kind, "/tmp", false);
    }
}

int udyn_places_find(struct udyn_places *places, usdt_dyn_backing backing)
{
    int error = apply_environment(&backing);

    places->count = 0;
    if (error < 0)
        return error;
    if (backing == USDT_DYN_BACKING_MEMFD)
        add(places, UDYN_FILE_MEMFD, NULL, false);
    else
        add_files(places, backing);
    return 0;
}
