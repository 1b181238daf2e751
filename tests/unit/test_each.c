/* SPDX-License-Identifier: MIT */
/* usdt_dyn_each(): every live probe, and nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "test.h"

static const usdt_dyn_arg two[] = {{"id", USDT_DYN_INT64}, {"to", USDT_DYN_STRING}};

/* A line for each probe. */
struct seen {
    char text[1024];
    const char *path; /* expected of all */
    int stop_at;
    int calls;
};

static int see(const usdt_dyn_live_probe *probe, void *context)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text), i;

    used += (size_t)snprintf(seen->text + used, sizeof(seen->text) - used, "%s:%s%s",
                             probe->provider, probe->name, probe->enabled ? " enabled" : "");
    for (i = 0; i < probe->nargs; i++)
        used += (size_t)snprintf(seen->text + used, sizeof(seen->text) - used, " %s=%d",
                                 probe->args[i].name, (int)probe->args[i].type);
    snprintf(seen->text + used, sizeof(seen->text) - used, "\n");
    if (seen->path != NULL)
        assert_string_equal(probe->path, seen->path);
    return ++seen->calls == seen->stop_at ? 7 : 0;
}

static void expect_each(const char *text, const char *path)
{
    struct seen seen = {.path = path};

    assert_ok(usdt_dyn_each(see, &seen));
    assert_string_equal(seen.text, text);
}

static void what_is_live_is_told(void **state)
{
    usdt_dyn_provider *first, *second;
    usdt_dyn_probe *sent, *idle, *late;

    (void)state;
    expect_each("", NULL);
    first = support_provider("first", "sent", two, 2, &sent);
    expect_each("", NULL);
    assert_ok(usdt_dyn_provider_load(first));
    expect_each("first:sent id=6 to=9\n", usdt_dyn_provider_path(first));
    support_set_semaphore(sent, 1);
    expect_each("first:sent enabled id=6 to=9\n", NULL);

    assert_ok(usdt_dyn_provider_add_probe(first, &late, "late", NULL, 0));
    expect_each("first:sent enabled id=6 to=9\n", NULL);
    assert_ok(usdt_dyn_provider_load(first));
    second = support_provider("second", "idle", NULL, 0, &idle);
    assert_ok(usdt_dyn_provider_load(second));
    expect_each("second:idle\nfirst:late\nfirst:sent enabled id=6 to=9\n", NULL);

    assert_ok(usdt_dyn_provider_unload(first));
    expect_each("second:idle\n", usdt_dyn_provider_path(second));
    usdt_dyn_provider_free(first);
    usdt_dyn_provider_free(second);
    expect_each("", NULL);
}

static int free_all(const usdt_dyn_live_probe *probe, void *context)
{
    usdt_dyn_provider **provider = context;

    usdt_dyn_provider_free(*provider); /* the first time; then NULL */
    *provider = NULL;
    assert_string_equal(probe->provider, "freed");
    assert_true(strcmp(probe->name, "a") == 0 || strcmp(probe->name, "b") == 0);
    return usdt_dyn_each(see, &(struct seen){.calls = 0});
}

static void the_callback_may_free_what_it_is_told_of(void **state)
{
    usdt_dyn_probe *probe;
    usdt_dyn_provider *provider = support_provider("freed", "a", two, 2, &probe);

    (void)state;
    assert_ok(usdt_dyn_provider_add_probe(provider, &probe, "b", two, 1));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_ok(usdt_dyn_each(free_all, &provider));
    assert_null(provider);
}

static void it_ends_when_the_callback_says_so(void **state)
{
    struct seen seen = {.stop_at = 2};
    usdt_dyn_probe *probe;
    usdt_dyn_provider *provider = support_provider("stops", "a", NULL, 0, &probe);

    (void)state;
    assert_ok(usdt_dyn_provider_add_probe(provider, &probe, "b", NULL, 0));
    assert_ok(usdt_dyn_provider_add_probe(provider, &probe, "c", NULL, 0));
    assert_ok(usdt_dyn_provider_load(provider));
    assert_int_equal(usdt_dyn_each(see, &seen), 7);
    assert_string_equal(seen.text, "stops:a\nstops:b\n");
    assert_error(usdt_dyn_each(NULL, NULL), -EINVAL, "callback is NULL");
    usdt_dyn_provider_free(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_live_is_told),
        cmocka_unit_test(the_callback_may_free_what_it_is_told_of),
        cmocka_unit_test(it_ends_when_the_callback_says_so),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
