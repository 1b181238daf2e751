/* SPDX-License-Identifier: MIT */
/*
 * usage: test-image DETECTION BACKING COUNT: the image of a loaded provider with that many probes,
 * read back. Each rule of a tracer, of the dynamic linker or of the kernel is a test case.
 */
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "loaded.h"
#include "support.h"

static bool parse(char **words)
{
    static const char *const backings[] = {"auto", "memfd", "file", "shared"};
    int i;

    loaded.detection =
        strcmp(words[1], "site") == 0 ? USDT_DYN_DETECT_SITE : USDT_DYN_DETECT_SEMAPHORE;
    loaded.count = strtoul(words[3], NULL, 10);
    for (i = 0; i < 4; i++) {
        if (strcmp(words[2], backings[i]) == 0) {
            loaded.backing = (usdt_dyn_backing)i;
            return loaded.count > 0;
        }
    }
    return false;
}

int main(int nwords, char **words)
{
    const char *folder;
    int failures;

    if (nwords != 4 || !parse(words))
        return 2;
    /* A shared file would stay. */
    folder = support_make_folder();
    if (loaded.backing == USDT_DYN_BACKING_SHARED)
        setenv("USDT_DYN_DIR", folder, 1);
    failures = test_file() + test_notes() + test_sites() + test_mapping();
    support_remove_folder(folder);
    return !!failures;
}
