/* SPDX-License-Identifier: MIT */
/* write_image PROCESSOR FILE: writes the image of a provider for any processor that there is a
 * table for, on this one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/provider.h"
#include "image/content.h"

static const struct udyn_arch *const archs[] = {
    &udyn_arch_x86_64, &udyn_arch_aarch64, &udyn_arch_riscv64, &udyn_arch_ppc64le, &udyn_arch_s390x,
};

static const struct udyn_arch *find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
        if (strcmp(archs[i]->name, name) == 0)
            return archs[i];
    return NULL;
}

/* A probe with one argument of each type and one more, and a probe without. */
static int make_provider(usdt_dyn_provider **provider)
{
    static const usdt_dyn_arg args[USDT_DYN_MAX_ARGS] = {
        {"a", USDT_DYN_INT8},    {"b", USDT_DYN_UINT8},  {"c", USDT_DYN_INT16},
        {"d", USDT_DYN_UINT16},  {"e", USDT_DYN_INT32},  {"f", USDT_DYN_UINT32},
        {"g", USDT_DYN_INT64},   {"h", USDT_DYN_UINT64}, {"i", USDT_DYN_INT32},
        {"j", USDT_DYN_POINTER}, {"k", USDT_DYN_STRING}, {"l", USDT_DYN_DOUBLE},
    };
    usdt_dyn_probe *probe;
    int error = usdt_dyn_provider_new(provider, "elsewhere");

    if (error == 0)
        error = usdt_dyn_provider_add_probe(*provider, &probe, "twelve", args, USDT_DYN_MAX_ARGS);
    if (error == 0)
        error = usdt_dyn_provider_add_probe(*provider, &probe, "none", NULL, 0);
    return error;
}

static int write_image(const struct udyn_arch *arch, const char *path)
{
    struct udyn_content content;
    usdt_dyn_provider *provider = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int error = fd < 0 ? -errno : make_provider(&provider);

    if (error == 0) {
        struct udyn_content_request request = {
            .arch = arch,
            .site = &arch->sites[0],
            .page_size = 65536, /* the largest that these processors have */
            .provider = provider->name,
            .probes = provider->probes,
            .count = provider->count,
            .detection = USDT_DYN_DETECT_SEMAPHORE,
        };

        error = udyn_content_build(&content, &request);
        if (error == 0 && write(fd, content.file.bytes, content.file.size) < 0)
            error = -errno;
        udyn_content_free(&content);
    }
    usdt_dyn_provider_free(provider);
    if (fd >= 0 && close(fd) < 0)
        error = -errno;
    return error;
}

int main(int argc, char **argv)
{
    const struct udyn_arch *arch = argc == 3 ? find(argv[1]) : NULL;
    int error;

    if (arch == NULL) {
        fprintf(stderr, "usage: write_image PROCESSOR FILE\n");
        return 2;
    }
    error = write_image(arch, argv[2]);
    if (error < 0)
        fprintf(stderr, "write_image: %s (%d)\n", usdt_dyn_last_error(), error);
    return error < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
