/* SPDX-License-Identifier: MIT */
/*
 * Any sequence of calls of the public interface, with any names, types and counts. What each call
 * returns is compared with what the header promises, and every image that results is read back by
 * the command's reader: it has exactly the probes that were loaded. With clang this is a libFuzzer
 * target:
 *
 *   cmake --preset fuzz && cmake --build --preset fuzz
 *   build/fuzz/tests/fuzz/fuzz-api -max_total_time=60 NEW tests/fuzz/corpus-api
 *
 * NEW is a folder that receives what it finds. replay.c runs it on the corpus in the normal tests.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/read.h"
#include "usdt-dyn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define PROVIDERS   3
#define PROBES_MAX  24
#define OPERATIONS  64
#define LONGEST     130
#define ARGS_TRIED  14
#define CHECK(what) ((what) ? (void)0 : complain(#what, __LINE__))

static char folder[] = "/tmp/usdt-dyn-fuzz.XXXXXX"; /* of images that are files */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void remove_folder(void)
{
    (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void complain(const char *what, int line)
{
    fprintf(stderr, "fuzz_api.c:%d: not so: %s; %s\n", line, what, usdt_dyn_last_error());
    remove_folder();
    abort();
}

/* What the library should have. */
struct model_probe {
    usdt_dyn_probe *probe;
    char name[LONGEST + 1];
    size_t nargs;
    bool has_image, has_semaphore;
};

struct model {
    usdt_dyn_provider *provider;
    char name[LONGEST + 1];
    struct model_probe probes[PROBES_MAX];
    size_t count;
    bool is_loaded, is_site;
};

static struct model models[PROVIDERS];
static usdt_dyn_watch *watch;

/* The bytes that are left; reads zeroes behind their end. */
struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

/* One of a few names, so that they meet, or any bytes. */
static void take_name(struct input *input, char name[LONGEST + 1])
{
    size_t length = take(input), i;

    if (length < 192) {
        snprintf(name, LONGEST + 1, "n%zu", length % 6);
        return;
    }
    length = length == 255 ? LONGEST : length % 12;
    for (i = 0; i < length; i++)
        name[i] = length == LONGEST ? 'a' : (char)take(input);
    name[length] = '\0';
}

static bool is_good_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    size_t length = strlen(name);

    return length > 0 && length <= 127 && strchr(letters, name[0]) != NULL &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") ==
               length;
}

static const struct model_probe *find(const struct model *model, const char *name)
{
    size_t i;

    for (i = 0; i < model->count; i++)
        if (strcmp(model->probes[i].name, name) == 0)
            return &model->probes[i];
    return NULL;
}

static void check_error(int result, int expected)
{
    CHECK(result == expected);
    CHECK(result == 0 || strlen(usdt_dyn_last_error()) > 5);
}

static void make(struct model *model, struct input *input)
{
    int result;

    if (model->provider != NULL)
        return;
    memset(model, 0, sizeof(*model));
    take_name(input, model->name);
    result = usdt_dyn_provider_new(&model->provider, model->name);
    check_error(result, is_good_name(model->name) ? 0 : -EINVAL);
    CHECK((model->provider != NULL) == (result == 0));
    if (result == 0)
        CHECK(usdt_dyn_provider_set_backing(model->provider, USDT_DYN_BACKING_MEMFD) == 0);
}

/* What add_probe has to say to these arguments. */
static int expected_of_add(const struct model *model, const char *name, const usdt_dyn_arg *args,
                           size_t nargs)
{
    size_t i;

    if (!is_good_name(name))
        return -EINVAL;
    if (nargs > USDT_DYN_MAX_ARGS)
        return -E2BIG;
    for (i = 0; i < nargs; i++)
        if (!is_good_name(args[i].name) || (unsigned int)args[i].type > USDT_DYN_DOUBLE)
            return -EINVAL;
    return find(model, name) != NULL ? -EEXIST : 0;
}

static void add(struct model *model, struct input *input)
{
    char arg_names[ARGS_TRIED][LONGEST + 1];
    struct model_probe *made = &model->probes[model->count];
    usdt_dyn_arg args[ARGS_TRIED];
    size_t i, nargs = take(input) % ARGS_TRIED;
    int expected;

    if (model->provider == NULL || model->count == PROBES_MAX)
        return;
    memset(made, 0, sizeof(*made));
    take_name(input, made->name);
    for (i = 0; i < nargs; i++) {
        uint8_t type = take(input);

        take_name(input, arg_names[i]);
        args[i] = (usdt_dyn_arg){arg_names[i], type < 240 ? type % 11 : type};
    }
    made->nargs = nargs;
    expected = expected_of_add(model, made->name, args, nargs);
    check_error(usdt_dyn_provider_add_probe(model->provider, &made->probe, made->name, args, nargs),
                expected);
    CHECK(!usdt_dyn_enabled(made->probe));
    CHECK(usdt_dyn_probe_semaphore(made->probe) == NULL);
    if (expected == 0)
        model->count++;
}

static bool clashes(const struct model *model)
{
    size_t i, j;

    for (i = 0; i < PROVIDERS; i++) {
        if (&models[i] == model || models[i].provider == NULL || !models[i].is_loaded ||
            strcmp(models[i].name, model->name) != 0)
            continue;
        for (j = 0; j < model->count; j++) {
            const struct model_probe *other = find(&models[i], model->probes[j].name);

            /* What is live already was there before the other. */
            if (other != NULL && other->has_image &&
                !(model->is_loaded && model->probes[j].has_image))
                return true;
        }
    }
    return false;
}

/* The image has the probes from `first` on and no others. */
static void check_image(const struct model *model, size_t first)
{
    int fd = open(usdt_dyn_provider_path(model->provider), O_RDONLY | O_CLOEXEC);
    struct udyn_read_file file;
    size_t i, j;

    CHECK(fd >= 0);
    CHECK(udyn_read_probes(fd, UDYN_READ_MOST, &file) == 0 && file.damaged == 0);
    CHECK(file.count == model->count - first);
    for (i = 0; i < file.count; i++) {
        const struct model_probe *probe = find(model, file.probes[i].name);

        CHECK(strcmp(file.probes[i].provider, model->name) == 0);
        CHECK(probe != NULL && probe >= &model->probes[first]);
        CHECK(file.probes[i].nnames == probe->nargs);
        CHECK((file.probes[i].semaphore != 0) == probe->has_semaphore);
        CHECK(file.probes[i].site_offset % 16 == 0);
        for (j = 0; j < i; j++)
            CHECK(file.probes[i].site != file.probes[j].site);
    }
    udyn_read_free(&file);
    CHECK(close(fd) == 0);
}

static void load(struct model *model)
{
    size_t first = model->count, i;
    int expected;

    if (model->provider == NULL)
        return;
    expected = model->count == 0 ? -EINVAL : clashes(model) ? -EEXIST : 0;
    check_error(usdt_dyn_provider_load(model->provider), expected);
    if (expected != 0)
        return;
    model->is_loaded = true;
    for (i = model->count; i-- > 0 && !model->probes[i].has_image; first = i) {
        model->probes[i].has_image = true;
        model->probes[i].has_semaphore = !model->is_site;
    }
    if (first < model->count)
        check_image(model, first);
}

static void unload(struct model *model)
{
    if (model->provider == NULL)
        return;
    CHECK(usdt_dyn_provider_unload(model->provider) == 0);
    CHECK(usdt_dyn_provider_path(model->provider) == NULL);
    model->is_loaded = false;
}

static void end(struct model *model)
{
    usdt_dyn_provider_free(model->provider);
    memset(model, 0, sizeof(*model));
}

/* With any number of values; with none where some are needed. */
static void fire(struct model *model, struct input *input)
{
    static const size_t lengths[USDT_DYN_MAX_ARGS];
    uint64_t values[256] = {0};
    const struct model_probe *probe;
    volatile uint16_t *semaphore;
    size_t nvalues = take(input);

    if (model->count == 0)
        return;
    probe = &model->probes[take(input) % model->count];
    semaphore = (volatile uint16_t *)(uintptr_t)usdt_dyn_probe_semaphore(probe->probe);
    CHECK((semaphore != NULL) == probe->has_semaphore);
    if (semaphore != NULL)
        *semaphore = 1;
    CHECK(usdt_dyn_probe_enabled(probe->probe) == probe->has_semaphore);
    usdt_dyn_probe_fire(probe->probe, take(input) % 4 == 0 ? NULL : values, nvalues);
    usdt_dyn_probe_fire(probe->probe, values, probe->nargs);
    CHECK(usdt_dyn_probe_fire_sized(probe->probe, values, lengths, probe->nargs, NULL, 0) ==
          probe->has_semaphore);
    if (semaphore != NULL)
        *semaphore = 0;
}

/* Where the images are kept, or how their probes learn of a tracer. */
static void set(struct model *model, uint8_t how)
{
    if (model->provider == NULL)
        return;
    if (how >= 128) {
        check_error(usdt_dyn_provider_set_backing(model->provider, how - 128),
                    how - 128 <= USDT_DYN_BACKING_SHARED ? 0 : -EINVAL);
        return;
    }
    check_error(usdt_dyn_provider_set_detection(model->provider, how), how <= 1 ? 0 : -EINVAL);
    if (how <= 1)
        model->is_site = how == USDT_DYN_DETECT_SITE;
}

static int count_live(const usdt_dyn_live_probe *probe, void *count)
{
    CHECK(is_good_name(probe->provider) && is_good_name(probe->name) && probe->path != NULL);
    ++*(size_t *)count;
    return 0;
}

static size_t expected_live(void)
{
    size_t i, j, live = 0;

    for (i = 0; i < PROVIDERS; i++)
        for (j = 0; j < models[i].count; j++)
            live += models[i].is_loaded && models[i].probes[j].has_image;
    return live;
}

static void look(struct model *model)
{
    size_t live = 0;

    CHECK(usdt_dyn_each(count_live, &live) == 0 && live == expected_live());
    if (watch == NULL)
        CHECK(usdt_dyn_watch_new(&watch) == 0);
    if (model->provider != NULL)
        CHECK(usdt_dyn_watch_add(watch, model->provider) == 0);
    CHECK(usdt_dyn_watch_wait(watch, 0) >= 0);
}

static int find_image(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return strstr(path, ".so") != NULL;
}

static void make_folder(void)
{
    CHECK(mkdtemp(folder) != NULL && setenv("USDT_DYN_DIR", folder, 1) == 0);
    CHECK(atexit(remove_folder) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    int i;

    if (strstr(folder, "XXXXXX") != NULL)
        make_folder();
    for (i = 0; i < OPERATIONS && input.left > 0; i++) {
        uint8_t operation = take(&input);
        struct model *model = &models[operation / 8 % PROVIDERS];

        switch (operation % 8) {
        case 0:
            make(model, &input);
            break;
        case 1:
        case 2:
            add(model, &input);
            break;
        case 3:
            load(model);
            break;
        case 4:
            unload(model);
            break;
        case 5:
            fire(model, &input);
            break;
        case 6:
            if (operation >= 192)
                end(model);
            else
                set(model, take(&input));
            break;
        default:
            look(model);
        }
    }
    for (i = 0; i < PROVIDERS; i++)
        end(&models[i]);
    usdt_dyn_watch_free(watch);
    watch = NULL;
    CHECK(nftw(folder, find_image, 8, FTW_PHYS) == 0); /* none is left behind */
    return 0;
}
