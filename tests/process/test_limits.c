/* SPDX-License-Identifier: MIT */
/* What many providers cost, what happens at a limit of the process, and that cycles grow nothing.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "child.h"
#include "support.h"

#define PROVIDERS 1000

static usdt_dyn_provider *providers[PROVIDERS];

static int load_one(size_t i, usdt_dyn_backing backing)
{
    usdt_dyn_probe *probe;
    char name[16];
    int error;

    snprintf(name, sizeof(name), "limit%zu", i);
    EXPECT(usdt_dyn_provider_new(&providers[i], name) == 0);
    EXPECT(usdt_dyn_provider_add_probe(providers[i], &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_set_backing(providers[i], backing) == 0);
    error = usdt_dyn_provider_load(providers[i]);
    if (error == 0)
        EXPECT(!usdt_dyn_enabled(probe));
    return error;
}

static void set_limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit limit;

    EXPECT(getrlimit(what, &limit) == 0);
    limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
    EXPECT(setrlimit(what, &limit) == 0);
}

static void set_no_limit(__rlimit_resource_t what)
{
    set_limit(what, RLIM_INFINITY);
}

/* Loads all providers, prints what one costs and frees them. Returns the descriptors it took. */
static size_t cost_of_many(usdt_dyn_backing backing, const char *name)
{
    size_t descriptors = support_count_descriptors();
    size_t i, mappings, pages;

    for (i = 0; i < PROVIDERS; i++)
        EXPECT(load_one(i, backing) == 0);
    mappings = support_count_mappings("usdt-dyn", &pages);
    descriptors = support_count_descriptors() - descriptors;
    printf("%d providers, %s: %zu descriptors, %zu mappings of %zu pages\n", PROVIDERS, name,
           descriptors, mappings, pages);
    EXPECT(mappings <= 5 * PROVIDERS);
    for (i = 0; i < PROVIDERS; i++)
        usdt_dyn_provider_free(providers[i]);
    EXPECT(support_count_mappings("usdt-dyn", &pages) == 0);
    return descriptors;
}

static void a_thousand_providers(void)
{
    usdt_dyn_provider *one;
    usdt_dyn_probe *probe;
    size_t i, mappings, pages;
    char name[16];

    set_limit(RLIMIT_NOFILE, 4096);
    EXPECT(cost_of_many(USDT_DYN_BACKING_FILE, "file") <= 1);
    EXPECT(cost_of_many(USDT_DYN_BACKING_MEMFD, "memfd") == PROVIDERS);
    EXPECT(cost_of_many(USDT_DYN_BACKING_SHARED, "shared") == PROVIDERS);

    EXPECT(usdt_dyn_provider_new(&one, "one") == 0);
    for (i = 0; i < PROVIDERS; i++) {
        snprintf(name, sizeof(name), "probe%zu", i);
        EXPECT(usdt_dyn_provider_add_probe(one, &probe, name, NULL, 0) == 0);
    }
    EXPECT(usdt_dyn_provider_load(one) == 0);
    mappings = support_count_mappings("usdt-dyn", &pages);
    printf("1 provider with %d probes: %zu mappings of %zu pages\n", PROVIDERS, mappings, pages);
    EXPECT(mappings <= 5);
    usdt_dyn_provider_free(one);
}

/* Named files need no descriptor each: the limit does not matter to them. */
static void few_descriptors(void)
{
    size_t i, loaded;
    int error = 0;

    set_limit(RLIMIT_NOFILE, 64);
    for (i = 0; i < 200; i++)
        EXPECT(load_one(i, USDT_DYN_BACKING_FILE) == 0);
    for (i = 0; i < 200; i++)
        usdt_dyn_provider_free(providers[i]);

    for (i = 0; i < 200 && error == 0; i++)
        error = load_one(i, USDT_DYN_BACKING_MEMFD);
    loaded = i;
    /* The library, or the dynamic linker, asks for one more than there is. */
    EXPECT((error == -EMFILE || error == -ELIBACC) && loaded > 20);
    EXPECT(strstr(usdt_dyn_last_error(), strerror(EMFILE)) != NULL);
    usdt_dyn_provider_free(providers[0]);
    EXPECT(usdt_dyn_provider_load(providers[loaded - 1]) == 0);
    for (i = 1; i < loaded; i++)
        usdt_dyn_provider_free(providers[i]);

    /* AUTO as well works, whatever the place. */
    for (i = 0; i < 20; i++)
        EXPECT(load_one(i, USDT_DYN_BACKING_AUTO) == 0);
}

static rlim_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    EXPECT(file != NULL && fscanf(file, "%lu", &pages) == 1 && fclose(file) == 0);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void no_address_space(void)
{
    size_t descriptors, mappings;
    int error;

    EXPECT(load_one(0, USDT_DYN_BACKING_MEMFD) == 0); /* what stays for the process is there */
    usdt_dyn_provider_free(providers[0]);
    descriptors = support_count_descriptors();
    mappings = support_count_mappings("usdt-dyn", NULL);
    set_limit(RLIMIT_AS, address_space() + (rlim_t)sysconf(_SC_PAGESIZE));
    error = load_one(0, USDT_DYN_BACKING_MEMFD);
    set_no_limit(RLIMIT_AS);
    EXPECT(error < 0 && strlen(usdt_dyn_last_error()) > 10);
    EXPECT(support_count_descriptors() == descriptors);
    EXPECT(support_count_mappings("usdt-dyn", NULL) == mappings);
    EXPECT(usdt_dyn_provider_load(providers[0]) == 0);
    usdt_dyn_provider_free(providers[0]);
}

/* 16 bytes: the file would be larger than the process may write. */
static void no_file_size(void)
{
    int error;

    set_limit(RLIMIT_FSIZE, 16);
    error = load_one(0, USDT_DYN_BACKING_FILE);
    set_no_limit(RLIMIT_FSIZE);
    EXPECT(error == -EFBIG && strstr(usdt_dyn_last_error(), "RLIMIT_FSIZE") != NULL);
    EXPECT(usdt_dyn_provider_load(providers[0]) == 0);
    usdt_dyn_provider_free(providers[0]);
}

static void cycle(unsigned int count)
{
    while (count-- > 0) {
        EXPECT(usdt_dyn_provider_unload(providers[0]) == 0);
        EXPECT(usdt_dyn_provider_load(providers[0]) == 0);
    }
}

static void cycles_of(usdt_dyn_backing backing)
{
    size_t descriptors, mappings, pages, pages_after;
    rlim_t memory;

    EXPECT(load_one(0, backing) == 0);
    cycle(1000);
    descriptors = support_count_descriptors();
    mappings = support_count_mappings("usdt-dyn", &pages);
    memory = address_space();
    cycle(100000);
    EXPECT(support_count_descriptors() == descriptors);
    EXPECT(support_count_mappings("usdt-dyn", &pages_after) == mappings && pages_after == pages);
    EXPECT(address_space() == memory);
    usdt_dyn_provider_free(providers[0]);
}

static void cycles(void)
{
    cycles_of(USDT_DYN_BACKING_FILE);
    cycles_of(USDT_DYN_BACKING_MEMFD);
    cycles_of(USDT_DYN_BACKING_SHARED);
}

/* exec() takes all descriptors of the library with it. */
static void exec(void)
{
    char count[16];
    usdt_dyn_watch *watch;

    snprintf(count, sizeof(count), "%zu", support_count_descriptors());
    EXPECT(load_one(0, USDT_DYN_BACKING_FILE) == 0 && load_one(1, USDT_DYN_BACKING_MEMFD) == 0 &&
           load_one(2, USDT_DYN_BACKING_SHARED) == 0 && usdt_dyn_watch_new(&watch) == 0 &&
           usdt_dyn_watch_add(watch, providers[0]) == 0);
    EXPECT(support_count_descriptors() > (size_t)atoi(count));
    execl("/proc/self/exe", "test-limits", count, (char *)NULL);
    EXPECT(!"exec works");
}

#define IN_CHILD(name)                                                                             \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        in_child(name);                                                                            \
    }
IN_CHILD(a_thousand_providers)
IN_CHILD(few_descriptors)
IN_CHILD(no_address_space)
IN_CHILD(no_file_size)
IN_CHILD(cycles)
IN_CHILD(exec)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_thousand_providers),
        cmocka_unit_test(test_few_descriptors),
        cmocka_unit_test(test_no_address_space),
        cmocka_unit_test(test_no_file_size),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_exec),
    };

    if (argc == 2) /* what exec() has started */
        return support_count_descriptors() != (size_t)atoi(argv[1]);
    return !!cmocka_run_group_tests_name("limits", tests, support_enter_folder,
                                         support_leave_folder);
}
