/* SPDX-License-Identifier: MIT */
/* usdt_dyn_provider_add(): arguments from a text. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/provider.h"
#include "support.h"
#include "test.h"

static usdt_dyn_provider *provider;

static int make_provider(void **state)
{
    (void)state;
    return usdt_dyn_provider_new(&provider, "signed");
}

static int free_provider(void **state)
{
    (void)state;
    usdt_dyn_provider_free(provider);
    return 0;
}

/* Adds a probe, and expects its arguments as "name=type" by numbers. */
static void expect_arguments(const char *signature, const char *expected)
{
    char name[16], text[512] = "";
    const struct udyn_probe *made;
    usdt_dyn_probe *probe;
    const char *argument;
    size_t i, used = 0;

    snprintf(name, sizeof(name), "p%zu", provider->count);
    assert_ok(usdt_dyn_provider_add(provider, &probe, name, signature));
    made = udyn_probe_of(probe);
    assert_string_equal(made->name, name);
    for (i = 0, argument = made->arg_names; i < made->nargs; i++, argument += strlen(argument) + 1)
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, "%s=%d ", argument, made->types[i]);
    assert_string_equal(text, expected);
}

static void names_and_types_are_read(void **state)
{
    (void)state;
    expect_arguments(NULL, "");
    expect_arguments("", "");
    expect_arguments("  ", "");
    expect_arguments("id:int64", "id=6 ");
    expect_arguments("id:int64,to:string", "id=6 to=9 ");
    expect_arguments(" id : int64 , to : string ", "id=6 to=9 ");
    expect_arguments("a:int8,b:uint8,c:int16,d:uint16,e:int32,f:uint32,g:int64,h:uint64,i:pointer,"
                     "j:string,k:double,l:int8",
                     "a=0 b=1 c=2 d=3 e=4 f=5 g=6 h=7 i=8 j=9 k=10 l=0 ");
}

static void refuse(int error, const char *words, const char *signature)
{
    usdt_dyn_probe *probe = NULL;
    size_t count = provider->count;

    assert_error(usdt_dyn_provider_add(provider, &probe, "p", signature), error, words);
    assert_non_null(probe);
    assert_false(usdt_dyn_enabled(probe));
    assert_int_equal(provider->count, count);
    assert_int_equal(usdt_dyn_provider_add(provider, NULL, "p", signature), error);
}

static void what_is_no_signature_is_refused(void **state)
{
    char long_name[400];

    (void)state;
    refuse(-EINVAL, "\"id\" is no argument", "id");
    refuse(-EINVAL, "\"\" is no argument", ",");
    refuse(-EINVAL, "\"\" is no argument", "id:int64,");
    refuse(-EINVAL, "\"\" is no argument", ",id:int64");
    refuse(-EINVAL, "\"int64 id\" is no argument", "int64 id");
    refuse(-EINVAL, "no type \"str\"", "id:int64,to:str");
    refuse(-EINVAL, "no type \"\"", "id:");
    refuse(-EINVAL, "no type \"INT64\"", "id:INT64");
    refuse(-EINVAL, "no type \"?[31m\"", "id:\033[31m");
    refuse(-EINVAL, "twice in argument 1", "id:int64:to");
    refuse(-EINVAL, "the argument name \"\"", ":int64");
    refuse(-EINVAL, "the argument name \"9\"", "9:int64");
    refuse(-E2BIG, "at most 12",
           "a:int8,b:int8,c:int8,d:int8,e:int8,f:int8,g:int8,h:int8,i:int8,j:int8,k:int8,l:int8,m");
    snprintf(long_name, sizeof(long_name), "%0300d:int8", 0);
    long_name[0] = 'a';
    refuse(-EINVAL, "too long", long_name);
    snprintf(long_name, sizeof(long_name), "a:int8%0300d", 0);
    refuse(-EINVAL, "no type \"int80000", long_name);
}

static void the_rest_is_as_for_an_array(void **state)
{
    usdt_dyn_probe *probe;

    (void)state;
    assert_error(usdt_dyn_provider_add(NULL, &probe, "p", "a:int8"), -EINVAL, "provider is NULL");
    assert_error(usdt_dyn_provider_add(provider, NULL, "p", "a:int8"), -EINVAL, "is NULL");
    assert_error(usdt_dyn_provider_add(provider, &probe, NULL, "a:int8"), -EINVAL, "is NULL");
    assert_ok(usdt_dyn_provider_add(provider, &probe, "p", "a:int8"));
    assert_error(usdt_dyn_provider_add(provider, &probe, "p", ""), -EEXIST,
                 "already has a probe p");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_and_types_are_read, make_provider, free_provider),
        cmocka_unit_test_setup_teardown(what_is_no_signature_is_refused, make_provider,
                                        free_provider),
        cmocka_unit_test_setup_teardown(the_rest_is_as_for_an_array, make_provider, free_provider),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
