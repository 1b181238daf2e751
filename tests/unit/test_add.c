/* SPDX-License-Identifier: MIT */
/* usdt_dyn_add(): what was declared becomes a probe of a provider, once. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "core/provider.h"
#include "support.h"
#include "test.h"

#define INTEGER INT32
#define TWO     INT64, a

USDT_DYN_PROBE(idle);
USDT_DYN_PROBE(shipped, INTEGER, errno, STRING, to, DOUBLE, kg);
USDT_DYN_PROBE(folded, TWO);
USDT_DYN_PROBE(same);
USDT_DYN_PROBE(raced, INT64, emitted, STRING, text);
USDT_DYN_PROBE(twelve, INT8, a, UINT8, b, INT16, c, UINT16, d, INT32, e, UINT32, f, INT64, g,
               UINT64, h, POINTER, i, STRING, j, DOUBLE, k, INT8, l);

static usdt_dyn_provider *make(const char *name)
{
    usdt_dyn_provider *provider;

    assert_ok(usdt_dyn_provider_new(&provider, name));
    return provider;
}

static void names_and_types_are_those_declared(void **state)
{
    static const char names[] = "errno\0to\0kg";
    usdt_dyn_provider *provider = make("typed");
    const struct udyn_probe *probe;
    size_t i;

    (void)state;
    assert_ok(usdt_dyn_add(provider, shipped));
    assert_ok(usdt_dyn_add(provider, idle));
    assert_ok(usdt_dyn_add(provider, twelve));
    probe = provider->probes[0];
    assert_string_equal(probe->name, "shipped");
    assert_int_equal(probe->nargs, 3);
    assert_memory_equal(probe->arg_names, names, sizeof(names));
    assert_int_equal(probe->types[0], USDT_DYN_INT32);
    assert_int_equal(probe->types[1], USDT_DYN_STRING);
    assert_int_equal(probe->types[2], USDT_DYN_DOUBLE);
    assert_string_equal(provider->probes[1]->name, "idle");
    assert_int_equal(provider->probes[1]->nargs, 0);
    assert_int_equal(provider->probes[2]->nargs, 12);
    for (i = 0; i < 11; i++)
        assert_int_equal(provider->probes[2]->types[i], i);
    usdt_dyn_provider_free(provider);
}

static void emit_fires_what_was_added(void **state)
{
    usdt_dyn_provider *provider = make("typed");

    (void)state;
    assert_ok(usdt_dyn_add(provider, shipped));
    usdt_dyn_emit(shipped, 1, "not loaded", 2.5);
    assert_ok(usdt_dyn_provider_load(provider));
    assert_false(usdt_dyn_is_enabled(shipped));
    support_set_semaphore(&provider->probes[0]->head, 1);
    assert_true(usdt_dyn_is_enabled(shipped));
    usdt_dyn_emit(shipped, 1, "loaded", 2.5);
    usdt_dyn_provider_free(provider);
}

static void after_its_provider_a_probe_is_never_enabled(void **state)
{
    const usdt_dyn_probe *probe;
    int round;

    (void)state;
    for (round = 0; round < 3; round++) {
        usdt_dyn_provider *provider = make("typed");

        usdt_dyn_emit(idle);
        assert_ok(usdt_dyn_add(provider, idle));
        assert_ok(usdt_dyn_provider_load(provider));
        probe = usdt_dyn_declared_idle.probe;
        assert_non_null(usdt_dyn_probe_semaphore(probe));
        support_set_semaphore(probe, 1);
        assert_true(usdt_dyn_is_enabled(idle));
        usdt_dyn_emit(idle);
        usdt_dyn_provider_free(provider);
        assert_false(usdt_dyn_is_enabled(idle));
        assert_null(usdt_dyn_probe_semaphore(probe));
    }
}

static int is_ending; /* atomic */

static void *emit_on(void *context)
{
    long emitted = 0;

    (void)context;
    while (!__atomic_load_n(&is_ending, __ATOMIC_ACQUIRE))
        usdt_dyn_emit(raced, ++emitted, "text");
    return NULL;
}

static void a_probe_may_be_emitted_while_it_is_added(void **state)
{
    usdt_dyn_provider *provider = make("raced");
    pthread_t emitter;

    (void)state;
    assert_int_equal(pthread_create(&emitter, NULL, emit_on, NULL), 0);
    assert_ok(usdt_dyn_add(provider, raced));
    assert_ok(usdt_dyn_provider_load(provider));
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    assert_int_equal(pthread_join(emitter, NULL), 0);
    usdt_dyn_provider_free(provider);
}

static void a_probe_is_added_once(void **state)
{
    usdt_dyn_provider *first = make("first"), *second = make("second");
    usdt_dyn_probe *by_hand;

    (void)state;
    assert_ok(usdt_dyn_add(first, same));
    assert_error(usdt_dyn_add(first, same), -EEXIST, "probe same was added before");
    assert_error(usdt_dyn_add(second, same), -EEXIST, "declare another for provider second");
    assert_int_equal(first->count, 1);
    assert_int_equal(second->count, 0);
    assert_ptr_equal(usdt_dyn_declared_same.probe, &first->probes[0]->head);

    /* With its provider gone it is free again, whatever the allocator puts in its place. */
    usdt_dyn_provider_free(first);
    assert_ok(usdt_dyn_provider_add_probe(second, &by_hand, "same", NULL, 0));
    usdt_dyn_provider_free(second);
    first = make("first");
    assert_ok(usdt_dyn_add(first, same));
    usdt_dyn_provider_free(first);
}

static void one_that_failed_is_never_enabled(void **state)
{
    usdt_dyn_provider *provider = make("typed");
    usdt_dyn_probe *by_hand;
    int evaluated = 0;

    (void)state;
    assert_ok(usdt_dyn_provider_add_probe(provider, &by_hand, "folded", NULL, 0));
    assert_error(usdt_dyn_add(NULL, folded), -EINVAL, "the provider is NULL");
    assert_error(usdt_dyn_provider_add_declared(provider, NULL), -EINVAL, "declaration is NULL");
    assert_error(usdt_dyn_add(provider, folded), -EINVAL, "a macro stands for more than one");
    assert_int_equal(provider->count, 1);
    usdt_dyn_emit(folded, ++evaluated);
    assert_false(usdt_dyn_is_enabled(folded));
    assert_int_equal(evaluated, 0);
    usdt_dyn_provider_free(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_types_are_those_declared),
        cmocka_unit_test(emit_fires_what_was_added),
        cmocka_unit_test(after_its_provider_a_probe_is_never_enabled),
        cmocka_unit_test(a_probe_may_be_emitted_while_it_is_added),
        cmocka_unit_test(a_probe_is_added_once),
        cmocka_unit_test(one_that_failed_is_never_enabled),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
