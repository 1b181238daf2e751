/* SPDX-License-Identifier: MIT */
/* Images in memory: where they are kept, and their life from make to free. */
#include "system/linux/image.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/file/backing.h"
#include "system/linux/images.h"
#include "system/linux/loader.h"
#include "system/linux/opens.h"
#include "system/linux/site.h"

static struct udyn_linux_image *linux_image(struct udyn_image *image)
{
    return (struct udyn_linux_image *)image;
}

/* Keeps and maps the image at the first place where that works. */
static int keep_and_map(struct udyn_linux_image *image, const char *provider,
                        const struct udyn_content *content, const struct udyn_places *places)
{
    int error = 0;
    size_t i;

    if (places->count == 0)
        return udyn_fail(-ENOENT, "no place for the image: set USDT_DYN_DIR");

    for (i = 0; i < places->count; i++) {
        error = udyn_backing_make(&image->file, provider, content, &places->list[i]);
        if (error == 0) {
            udyn_system_begin_slow_work();
            error = udyn_loader_open(image->file.path, content, &image->handle, &image->base);
            udyn_system_end_slow_work();
            if (error == 0)
                return 0;
            udyn_backing_discard(&image->file);
        }
        /* What is short here is short everywhere. */
        if (error == -ENOMEM)
            break;
    }
    return error;
}

static size_t whole_pages(size_t size, size_t page_size)
{
    return (size + page_size - 1) & ~(page_size - 1);
}

static void describe(struct udyn_linux_image *image, const struct udyn_content *content,
                     const struct udyn_site *site)
{
    const struct udyn_content_section *text = &content->sections[UDYN_SECTION_TEXT];
    const struct udyn_content_section *probes = &content->sections[UDYN_SECTION_PROBES];
    size_t end = text->offset + text->size;

    image->notes_switch = udyn_content_notes_switch(content);
    image->generation = udyn_system_generation();
    image->fork_call = site->fork_call;
    memcpy(&image->pristine, site->code, sizeof(image->pristine));
    image->sites = image->base + text->offset;
    if (probes->size > 0) {
        image->semaphores = image->base + probes->offset;
        end = probes->offset + probes->size;
    }
    image->traced_size = whole_pages(end - text->offset, content->page_size);
}

static int make(struct udyn_linux_image *image, const struct udyn_content_request *request,
                const struct udyn_places *places)
{
    struct udyn_content content;
    int error = udyn_content_build(&content, request);

    if (error == 0)
        error = keep_and_map(image, request->provider, &content, places);
    if (error == 0) {
        describe(image, &content, request->site);
        udyn_images_add(image);
        udyn_debug("%s: %zu probes with site %s in %s", request->provider, request->count,
                   request->site->name, image->file.path);
    }
    udyn_content_free(&content);
    return error;
}

int udyn_image_make(struct udyn_image **image, const struct udyn_image_request *request)
{
    struct udyn_content_request content = {
        .arch = udyn_arch_native(),
        .page_size = (size_t)sysconf(_SC_PAGESIZE),
        .provider = request->provider,
        .probes = request->probes,
        .count = request->count,
        .detection = request->detection,
    };
    struct udyn_linux_image *made;
    struct udyn_places places = {.count = 0};
    int error = udyn_site_choose(content.arch, &content.site);

    if (error == 0)
        error = udyn_places_find(&places, request->backing);
    if (error < 0)
        return error;
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return udyn_fail(-ENOMEM, "no memory for the image of provider %s", request->provider);
    error = make(made, &content, &places);
    if (error < 0)
        free(made);
    else
        *image = &made->head;
    return error;
}

/* Only the process that made a file may take it from the sight of those who have it as well. */
static bool may_hide(const struct udyn_linux_image *image)
{
    return image->generation == udyn_system_generation() && image->file.kind != UDYN_FILE_SHARED;
}

static int set_hidden(struct udyn_linux_image *image, bool is_hidden)
{
    int error;

    if (image->is_hidden == is_hidden || (is_hidden && !may_hide(image)))
        return 0;
    error = udyn_backing_patch(&image->file, image->notes_switch, is_hidden ? SHT_NULL : SHT_NOTE);
    if (error == 0)
        image->is_hidden = is_hidden;
    return error;
}

int udyn_image_hide(struct udyn_image *image)
{
    return set_hidden(linux_image(image), true);
}

int udyn_image_show(struct udyn_image *image)
{
    return set_hidden(linux_image(image), false);
}

void udyn_image_free(struct udyn_image *image)
{
    struct udyn_linux_image *mapped = linux_image(image);

    udyn_images_remove(mapped);
    udyn_opens_forget(mapped);
    udyn_system_begin_slow_work();
    udyn_loader_close(mapped->handle);
    udyn_system_end_slow_work();
    udyn_backing_remove(&mapped->file, mapped->generation == udyn_system_generation());
    free(mapped);
}

const char *udyn_image_path(struct udyn_image *image)
{
    struct udyn_linux_image *mapped = linux_image(image);

    if (mapped->file.kind != UDYN_FILE_MEMFD)
        return mapped->file.path;
    if (!udyn_inode_is_fd(&mapped->file.inode, mapped->file.fd))
        return NULL; /* the program has closed it */
    /* In a forked child the descriptor is its own. */
    snprintf(mapped->own_path, sizeof(mapped->own_path), "/proc/%d/fd/%d", (int)getpid(),
             mapped->file.fd);
    return mapped->own_path;
}

const void *udyn_image_site(const struct udyn_image *image, size_t position)
{
    return ((const struct udyn_linux_image *)image)->sites + position * UDYN_SITE_SIZE;
}

const volatile uint16_t *udyn_image_semaphore(const struct udyn_image *image, size_t position)
{
    const struct udyn_linux_image *mapped = (const struct udyn_linux_image *)image;

    if (mapped->semaphores == NULL)
        return NULL;
    return (const volatile uint16_t *)(const void *)mapped->semaphores + position;
}

uint16_t udyn_image_pristine(const struct udyn_image *image)
{
    uint16_t pristine;

    memcpy(&pristine, &((const struct udyn_linux_image *)image)->pristine, sizeof(pristine));
    return pristine;
}
