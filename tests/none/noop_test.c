/* SPDX-License-Identifier: MIT */
/*
 * noop_test REASON: the whole interface where nothing can be traced. Every call succeeds or refuses
 * what it refuses everywhere, no probe is ever enabled, and usdt_dyn_supported() gives a sentence
 * with REASON in it. Without a test library, so that it can be linked statically.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usdt-dyn.h"

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__, __LINE__,            \
                    #condition, usdt_dyn_last_error());                                            \
            exit(EXIT_FAILURE);                                                                    \
        }                                                                                          \
    } while (0)

static const usdt_dyn_arg args[] = {
    {"a", USDT_DYN_INT8},   {"b", USDT_DYN_UINT8},  {"c", USDT_DYN_INT16},   {"d", USDT_DYN_UINT16},
    {"e", USDT_DYN_INT32},  {"f", USDT_DYN_UINT32}, {"g", USDT_DYN_INT64},   {"h", USDT_DYN_UINT64},
    {"i", USDT_DYN_DOUBLE}, {"j", USDT_DYN_STRING}, {"k", USDT_DYN_POINTER}, {"l", USDT_DYN_INT32},
};

USDT_DYN_PROBE(declared, INT64, id, STRING, to);

static int evaluated;

static int evaluate(void)
{
    return ++evaluated;
}

static void check_supported(const char *reason)
{
    CHECK(usdt_dyn_supported() == 0);
    CHECK(strstr(usdt_dyn_last_error(), reason) != NULL);
    CHECK(strlen(usdt_dyn_version()) > 0);
}

static void fire_all(usdt_dyn_probe *twelve, usdt_dyn_probe *none)
{
    const uint64_t values[USDT_DYN_MAX_ARGS] = {0};
    const uintptr_t words[] = {2 * (uintptr_t)twelve + 1, 1}, null[] = {1, 1};

    CHECK(!usdt_dyn_enabled(twelve));
    CHECK(!usdt_dyn_probe_enabled(twelve));
    usdt_dyn_fire(none);
    usdt_dyn_fire(twelve, evaluate(), 2, 3, 4, 5, 6, 7, 8, 9.5, "ten", NULL, 12);
    CHECK(evaluated == 0);
    usdt_dyn_probe_fire(twelve, values, USDT_DYN_MAX_ARGS);
    usdt_dyn_probe_fire(twelve, NULL, USDT_DYN_MAX_ARGS);
    usdt_dyn_probe_fire(none, NULL, 0);
    usdt_dyn_probe_fire(NULL, NULL, 0);
    CHECK(usdt_dyn_probe_fire_tagged(2, words, 0) == 1);
    CHECK(usdt_dyn_probe_fire_tagged(2, null, 0) == 1);
}

static void check_provider(usdt_dyn_backing backing)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *twelve, *none, *late;

    CHECK(usdt_dyn_provider_new(&provider, "noop") == 0);
    CHECK(usdt_dyn_provider_set_backing(provider, backing) == 0);
    CHECK(usdt_dyn_provider_set_detection(provider, USDT_DYN_DETECT_SEMAPHORE) == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &twelve, "twelve", args, 12) == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &none, "none", NULL, 0) == 0);
    CHECK(usdt_dyn_add(provider, declared) == 0);
    CHECK(usdt_dyn_add(provider, declared) == -EEXIST);
    fire_all(twelve, none);

    CHECK(usdt_dyn_provider_load(provider) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    usdt_dyn_emit(declared, evaluate(), "text");
    CHECK(!usdt_dyn_is_enabled(declared) && evaluated == 0);
    CHECK(usdt_dyn_provider_path(provider) == NULL);
    CHECK(usdt_dyn_probe_semaphore(twelve) != NULL && *usdt_dyn_probe_semaphore(twelve) == 0);
    fire_all(twelve, none);

    CHECK(usdt_dyn_provider_add_probe(provider, &late, "late", args, 12) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    fire_all(late, none);
    CHECK(usdt_dyn_provider_unload(provider) == 0);
    CHECK(usdt_dyn_provider_unload(provider) == 0);
    fire_all(twelve, none);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    fire_all(late, none);
    usdt_dyn_provider_free(provider);
}

static void check_watch(void)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    usdt_dyn_watch *watch;

    CHECK(usdt_dyn_provider_new(&provider, "noop") == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &probe, "watched", NULL, 0) == 0);
    CHECK(usdt_dyn_provider_load(provider) == 0);
    CHECK(usdt_dyn_watch_new(&watch) == 0);
    CHECK(usdt_dyn_watch_add(watch, provider) == 0);
    CHECK(usdt_dyn_watch_wait(watch, 0) == 0);
    CHECK(usdt_dyn_watch_wait(watch, 1) == 0);
    CHECK(usdt_dyn_watch_wait_near(watch, false, 1) == 0);
    usdt_dyn_watch_wake(watch);
    CHECK(usdt_dyn_watch_wait(watch, -1) == 0);
    usdt_dyn_watch_free(watch);
    usdt_dyn_watch_free(NULL);
    usdt_dyn_provider_free(provider);
}

/* A mistake is one everywhere: a program that was only tried here must not fail elsewhere. */
static void check_mistakes(void)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    CHECK(usdt_dyn_provider_new(&provider, "no-op") == -EINVAL && provider == NULL);
    CHECK(usdt_dyn_provider_new(NULL, "noop") == -EINVAL);
    CHECK(usdt_dyn_provider_new(&provider, "noop") == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &probe, "thirteen", args, 13) == -E2BIG);
    CHECK(usdt_dyn_provider_add_probe(provider, &probe, "9", NULL, 0) == -EINVAL &&
          !usdt_dyn_enabled(probe));
    CHECK(usdt_dyn_provider_add_probe(provider, &probe, "same", NULL, 0) == 0);
    CHECK(usdt_dyn_provider_add_probe(provider, &probe, "same", NULL, 0) == -EEXIST);
    CHECK(usdt_dyn_provider_load(NULL) == -EINVAL);
    CHECK(usdt_dyn_provider_unload(NULL) == -EINVAL);
    CHECK(usdt_dyn_provider_set_backing(provider, (usdt_dyn_backing)99) == -EINVAL);
    CHECK(usdt_dyn_provider_set_detection(provider, (usdt_dyn_detection)99) == -EINVAL);
    CHECK(usdt_dyn_provider_path(NULL) == NULL);
    CHECK(usdt_dyn_probe_semaphore(NULL) == NULL && !usdt_dyn_probe_enabled(NULL));
    usdt_dyn_provider_free(provider);
    usdt_dyn_provider_free(NULL);
}

int main(int argc, char **argv)
{
    int backing;

    CHECK(argc == 2);
    check_supported(argv[1]);
    for (backing = USDT_DYN_BACKING_AUTO; backing <= USDT_DYN_BACKING_SHARED; backing++)
        check_provider((usdt_dyn_backing)backing);
    check_watch();
    check_mistakes();
    return EXIT_SUCCESS;
}
