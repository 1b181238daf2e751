/* SPDX-License-Identifier: MIT */
/* What a watch keeps, and what not, while probes and images come and go. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tracer_acts.h"

static void add_and_load(usdt_dyn_provider *provider, const char *prefix, usdt_dyn_probe **probe)
{
    char name[32];
    int i;

    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "%s%d", prefix, i);
        assert_int_equal(usdt_dyn_provider_add_probe(provider, probe, name, NULL, 0), 0);
    }
    assert_int_equal(usdt_dyn_provider_load(provider), 0);
}

/* A probe that was told to be enabled is not told again because others have come. */
static void more_probes_are_no_change(void **state)
{
    usdt_dyn_provider *provider;
    usdt_dyn_watch *watch;
    usdt_dyn_probe *early, *late;

    (void)state;
    assert_int_equal(usdt_dyn_provider_new(&provider, "grows"), 0);
    assert_int_equal(usdt_dyn_watch_new(&watch), 0);
    assert_int_equal(usdt_dyn_watch_add(watch, provider), 0);
    add_and_load(provider, "early", &early);
    count(early, 1);
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 1);
    add_and_load(provider, "late", &late);
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 0);
    count(late, 1);
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 1);
    count(early, -1);
    assert_int_equal(usdt_dyn_watch_wait(watch, 0), 1);
    usdt_dyn_watch_free(watch);
    usdt_dyn_provider_free(provider);
}

/* The files that inotify(7) looks at for this process: proc(5), /proc/PID/fdinfo. */
static size_t count_followed(void)
{
    DIR *folder = opendir("/proc/self/fdinfo");
    struct dirent *entry;
    size_t found = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        char path[300], line[512];
        FILE *file;

        snprintf(path, sizeof(path), "/proc/self/fdinfo/%s", entry->d_name);
        file = entry->d_name[0] != '.' ? fopen(path, "re") : NULL;
        while (file != NULL && fgets(line, sizeof(line), file) != NULL)
            found += strncmp(line, "inotify wd:", 11) == 0;
        if (file != NULL)
            (void)fclose(file);
    }
    (void)closedir(folder);
    return found;
}

/* Also where the file lives on, as while a tracer has it open: it would wake the watch for nothing.
 */
static void a_freed_image_is_followed_no_more(void **state)
{
    static const usdt_dyn_backing backings[] = {USDT_DYN_BACKING_MEMFD, USDT_DYN_BACKING_FILE,
                                                USDT_DYN_BACKING_SHARED};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(backings) / sizeof(backings[0]); i++) {
        usdt_dyn_provider *provider;
        usdt_dyn_watch *watch;
        usdt_dyn_probe *probe;
        int fd;

        assert_int_equal(usdt_dyn_provider_new(&provider, "goes"), 0);
        assert_int_equal(usdt_dyn_provider_set_backing(provider, backings[i]), 0);
        assert_int_equal(usdt_dyn_watch_new(&watch), 0);
        assert_int_equal(usdt_dyn_watch_add(watch, provider), 0);
        add_and_load(provider, "probe", &probe);
        assert_int_equal(usdt_dyn_watch_wait(watch, 0), 0);
        assert_int_equal(count_followed(), 1);
        fd = open(usdt_dyn_provider_path(provider), O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        usdt_dyn_provider_free(provider);
        assert_int_equal(count_followed(), 0);
        assert_int_equal(close(fd), 0);
        usdt_dyn_watch_free(watch);
    }
}

/* Two providers with the same probes have the same file, which is followed until both are gone. */
static void a_shared_file_is_followed_for_all_its_users(void **state)
{
    usdt_dyn_provider *providers[2];
    usdt_dyn_watch *watch;
    usdt_dyn_probe *probe;
    int i;

    (void)state;
    assert_int_equal(usdt_dyn_watch_new(&watch), 0);
    for (i = 0; i < 2; i++) {
        assert_int_equal(usdt_dyn_provider_new(&providers[i], "share"), 0);
        assert_int_equal(usdt_dyn_provider_set_backing(providers[i], USDT_DYN_BACKING_SHARED), 0);
        assert_int_equal(usdt_dyn_watch_add(watch, providers[i]), 0);
        add_and_load(providers[i], "probe", &probe);
        if (i == 0)
            assert_int_equal(usdt_dyn_provider_unload(providers[i]), 0);
    }
    assert_int_equal(count_followed(), 1);
    usdt_dyn_provider_free(providers[0]);
    assert_int_equal(count_followed(), 1);
    usdt_dyn_provider_free(providers[1]);
    assert_int_equal(count_followed(), 0);
    usdt_dyn_watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_probes_are_no_change),
        cmocka_unit_test(a_freed_image_is_followed_no_more),
        cmocka_unit_test(a_shared_file_is_followed_for_all_its_users),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
