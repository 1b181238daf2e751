/* SPDX-License-Identifier: MIT */
/* An image as it is mapped in this process. */
#ifndef UDYN_LINUX_IMAGE_H
#define UDYN_LINUX_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "system/linux/file/file.h"
#include "system/system.h"

/* May the sites be called? */
enum udyn_sites_state {
    UDYN_SITES_READY,
    UDYN_SITES_DEBUGGED, /* not before the debugger of the process is gone: renew.c */
    UDYN_SITES_LOST,     /* never: they could not be renewed */
};

struct udyn_linux_image {
    struct udyn_image head;        /* first: struct udyn_image * is the handle */
    struct udyn_linux_image *next; /* the images of the process: images.c */
    struct udyn_file file;
    uint64_t notes_switch; /* udyn_content_notes_switch() */
    uint32_t generation;   /* of the process that made it: udyn_system_generation() */
    bool is_hidden;
    char own_path[64]; /* udyn_image_path() of a memfd */
    int inotify_wd;    /* opens.c: what tells its opens, if head.is_followed */

    void *handle; /* of dlopen() */
    char *base;   /* where the file's first byte is mapped */
    char *sites;
    char *semaphores;   /* NULL with USDT_DYN_DETECT_SITE */
    size_t traced_size; /* from the first site on: what the kernel changes, in whole pages */
    uint64_t pristine;  /* the first eight bytes of an untraced site */
    uint8_t fork_call;  /* udyn_site.fork_call */
    enum udyn_sites_state sites_state;
};

#endif
