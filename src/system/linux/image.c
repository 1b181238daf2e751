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
#include "system/linux/loader.h"
#include "system/linux/opens.h"
#include "system/linux/process.h"
#include "system/linux/site.h"

/* One way to keep an image. */
struct way {
    enum udyn_file_kind kind;
    struct udyn_place place; /* for files */
};

#define WAYS_MAX 6

struct ways {
    struct way list[WAYS_MAX];
    size_t count;
};

static struct udyn_linux_image *linux_image(struct udyn_image *image)
{
    return (struct udyn_linux_image *)image;
}

int udyn_system_supported(void)
{
    /* Not secure_getenv(): to be quiet is safe for every program. */
    const char *disable = getenv("USDT_DYN_DISABLE");

    if (disable != NULL && strcmp(disable, "1") == 0) {
        (void)udyn_fail(-ENOTSUP, "USDT_DYN_DISABLE=1 is set: unset it to have probes");
        return 0;
    }
    if (udyn_arch_native() == NULL) {
        (void)udyn_fail(
            -ENOTSUP,
            "no probes on this processor: x86-64, aarch64, riscv64, ppc64le and s390x have them");
        return 0;
    }
    if (!udyn_loader_works()) {
        (void)udyn_fail(-ENOTSUP, "no probes in a statically linked program: it can't dlopen");
        return 0;
    }
    return 1;
}

static int wanted_backing(const struct usdt_dyn_provider *provider, usdt_dyn_backing *backing)
{
    static const struct {
        const char *name;
        usdt_dyn_backing backing;
    } names[] = {
        {"memfd", USDT_DYN_BACKING_MEMFD},
        {"file", USDT_DYN_BACKING_FILE},
        {"shared", USDT_DYN_BACKING_SHARED},
    };
    const char *wanted = secure_getenv("USDT_DYN_BACKING");
    size_t i;

    *backing = __atomic_load_n(&provider->backing, __ATOMIC_RELAXED);
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

static void add_way(struct ways *ways, enum udyn_file_kind kind, const char *folder,
                    bool must_be_in_memory)
{
    if (kind == UDYN_FILE_MEMFD || (folder != NULL && folder[0] != '\0'))
        ways->list[ways->count++] =
            (struct way){.kind = kind, .place = {folder, must_be_in_memory}};
}

/* The ways to keep an image, best first. Programs with more rights than their user do not take
 * folders from the environment. */
static void find_ways(struct ways *ways, usdt_dyn_backing backing)
{
    const char *chosen = secure_getenv("USDT_DYN_DIR");
    enum udyn_file_kind kind =
        backing == USDT_DYN_BACKING_SHARED ? UDYN_FILE_SHARED : UDYN_FILE_PRIVATE;
    bool is_auto = backing == USDT_DYN_BACKING_AUTO;

    ways->count = 0;
    if (backing == USDT_DYN_BACKING_MEMFD) {
        add_way(ways, UDYN_FILE_MEMFD, NULL, false);
        return;
    }
    if (chosen != NULL) {
        add_way(ways, kind, chosen, false);
    } else {
        add_way(ways, kind, secure_getenv("XDG_RUNTIME_DIR"), is_auto);
        add_way(ways, kind, "/dev/shm", is_auto);
    }
    if (is_auto)
        add_way(ways, UDYN_FILE_MEMFD, NULL, false);
    if (chosen == NULL) {
        add_way(ways, kind, secure_getenv("TMPDIR"), false);
        add_way(ways, kind, "/tmp", false);
    }
}

static int create_file(struct udyn_file *file, const struct way *way, const char *provider,
                       const struct udyn_content *content)
{
    switch (way->kind) {
    case UDYN_FILE_MEMFD:
        return udyn_memfd_create(file, provider, content);
    case UDYN_FILE_SHARED:
        return udyn_shared_file_create(file, provider, content, &way->place);
    default:
        return udyn_private_file_create(file, provider, content, &way->place);
    }
}

/* Keeps and maps the image in the first way that works. */
static int keep_and_map(struct udyn_linux_image *image, const char *provider,
                        const struct udyn_content *content, const struct ways *ways)
{
    int error = 0;
    size_t i;

    if (ways->count == 0)
        return udyn_fail(-ENOENT, "no place for the image: set USDT_DYN_DIR");

    for (i = 0; i < ways->count; i++) {
        error = create_file(&image->file, &ways->list[i], provider, content);
        if (error == 0) {
            udyn_system_begin_slow_work();
            error = udyn_loader_open(image->file.path, content, &image->handle, &image->base);
            udyn_system_end_slow_work();
            if (error == 0)
                return 0;
            udyn_file_discard(&image->file);
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
    image->generation = udyn_process_generation();
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
                usdt_dyn_backing backing)
{
    struct udyn_content content;
    struct ways ways;
    int error = udyn_content_build(&content, request);

    find_ways(&ways, backing);
    if (error == 0)
        error = keep_and_map(image, request->provider, &content, &ways);
    if (error == 0) {
        describe(image, &content, request->site);
        udyn_process_add_image(image);
        udyn_debug("%s: %zu probes with site %s in %s", request->provider, request->count,
                   request->site->name, image->file.path);
    }
    udyn_content_free(&content);
    return error;
}

int udyn_image_make(struct udyn_image **image, const struct usdt_dyn_provider *provider,
                    struct udyn_probe *const *probes, size_t count)
{
    struct udyn_content_request request = {
        .arch = udyn_arch_native(),
        .page_size = (size_t)sysconf(_SC_PAGESIZE),
        .provider = provider->name,
        .probes = probes,
        .count = count,
        .detection = __atomic_load_n(&provider->detection, __ATOMIC_RELAXED),
    };
    struct udyn_linux_image *made;
    usdt_dyn_backing backing = USDT_DYN_BACKING_AUTO;
    int error = udyn_site_choose(request.arch, &request.site);

    if (error == 0)
        error = wanted_backing(provider, &backing);
    if (error < 0)
        return error;
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return udyn_fail(-ENOMEM, "no memory for the image of provider %s", provider->name);
    error = make(made, &request, backing);
    if (error < 0)
        free(made);
    else
        *image = &made->head;
    return error;
}

/* Only the process that made a file may take it from the sight of those who have it as well. */
static bool may_hide(const struct udyn_linux_image *image)
{
    return image->generation == udyn_process_generation() && image->file.kind != UDYN_FILE_SHARED;
}

static int set_hidden(struct udyn_linux_image *image, bool is_hidden)
{
    int error;

    if (image->is_hidden == is_hidden || (is_hidden && !may_hide(image)))
        return 0;
    error = udyn_file_patch(&image->file, image->notes_switch, is_hidden ? SHT_NULL : SHT_NOTE);
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

    udyn_process_remove_image(mapped);
    udyn_opens_forget(mapped);
    udyn_system_begin_slow_work();
    udyn_loader_close(mapped->handle);
    udyn_system_end_slow_work();
    udyn_file_remove(&mapped->file, mapped->generation == udyn_process_generation());
    free(mapped);
}

const char *udyn_image_path(struct udyn_image *image)
{
    struct udyn_linux_image *mapped = linux_image(image);

    if (mapped->file.kind != UDYN_FILE_MEMFD)
        return mapped->file.path;
    if (!udyn_fd_is(mapped->file.fd, mapped->file.dev, mapped->file.ino))
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
