/* SPDX-License-Identifier: MIT */
/*
 * A fire in a program that opens the library while it runs, as foreign function interfaces do. What
 * such a library keeps for each thread is allocated at its first use, with malloc(): in a signal
 * handler that has interrupted malloc(), or without memory, that is the program's end.
 */
#include <dlfcn.h>
#include <pthread.h>

#include "fault.h"
#include "test.h"
#include "usdt-dyn.h"

static __typeof__(usdt_dyn_probe_fire) *fire;
static const usdt_dyn_probe *probe;

static void *symbol(const char *name)
{
    void *library = dlopen(USDT_DYN_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    void *found = library != NULL ? dlsym(library, name) : NULL;

    assert_non_null(found);
    return found;
}

static usdt_dyn_provider *load(void)
{
    const usdt_dyn_arg arg = {"text", USDT_DYN_STRING};
    __typeof__(usdt_dyn_provider_new) *make = symbol("usdt_dyn_provider_new");
    __typeof__(usdt_dyn_provider_add_probe) *add = symbol("usdt_dyn_provider_add_probe");
    __typeof__(usdt_dyn_provider_load) *load_provider = symbol("usdt_dyn_provider_load");
    usdt_dyn_provider *provider;
    usdt_dyn_probe *made;

    assert_int_equal(make(&provider, "dlopened"), 0);
    assert_int_equal(add(provider, &made, "probe", &arg, 1), 0);
    assert_int_equal(load_provider(provider), 0);
    probe = made;
    return provider;
}

static void *fire_a_string(void *allocated)
{
    uint64_t text = (uintptr_t) "text";
    long before = fault_live_blocks();

    fire(probe, &text, 1);
    *(long *)allocated = fault_live_blocks() - before;
    return NULL;
}

static void the_first_fire_of_a_thread_allocates_nothing(void **state)
{
    usdt_dyn_provider *provider = load();
    __typeof__(usdt_dyn_probe_semaphore) *semaphore_of = symbol("usdt_dyn_probe_semaphore");
    __typeof__(usdt_dyn_provider_free) *free_provider = symbol("usdt_dyn_provider_free");
    volatile uint16_t *semaphore = (volatile uint16_t *)(uintptr_t)semaphore_of(probe);
    long allocated = -1;
    pthread_t thread;

    (void)state;
    fire = symbol("usdt_dyn_probe_fire");
    *semaphore = 1;
    assert_int_equal(pthread_create(&thread, NULL, fire_a_string, &allocated), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    *semaphore = 0;
    assert_int_equal(allocated, 0);
    free_provider(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_fire_of_a_thread_allocates_nothing),
    };

    return !!cmocka_run_group_tests_name("dlopened", tests, NULL, NULL);
}
