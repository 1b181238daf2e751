/* SPDX-License-Identifier: MIT */
/*
 * Do the operands of a note lead to the values? Proven without a tracer, so on any processor and in
 * an emulator: a breakpoint is written over the first instruction of the site, the probe is fired,
 * and the state that the signal handler finds is read by the operands of the note.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine.h"
#include "note_reader.h"
#include "operand.h"
#include "usdt-dyn.h"

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};

static const struct {
    usdt_dyn_type type;
    unsigned int size;
    bool is_signed;
} types[] = {
    {USDT_DYN_INT8, 1, true},    {USDT_DYN_UINT8, 1, false},  {USDT_DYN_INT16, 2, true},
    {USDT_DYN_UINT16, 2, false}, {USDT_DYN_INT32, 4, true},   {USDT_DYN_UINT32, 4, false},
    {USDT_DYN_INT64, 8, true},   {USDT_DYN_UINT64, 8, false}, {USDT_DYN_POINTER, 8, false},
    {USDT_DYN_STRING, 8, false}, {USDT_DYN_DOUBLE, 8, false},
};
#define TYPES (sizeof(types) / sizeof(types[0]))

/* What the handler needs and leaves. */
static struct {
    unsigned char *site;
    unsigned char original[16];
    struct machine machine;
    volatile sig_atomic_t hits;
} trap;

static void on_trap(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    machine_copy(&trap.machine, context);
    /* The site as it was, and on with it: it must return to where it was called from. */
    memcpy(trap.site, trap.original, machine_breakpoint_size);
    __builtin___clear_cache((char *)trap.site, (char *)trap.site + sizeof(trap.original));
    machine_go_on_at(context, trap.site);
    trap.hits++;
}

static void plant_breakpoint(unsigned char *site)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    void *start = (void *)((uintptr_t)site & ~(page - 1));

    trap.site = site;
    trap.hits = 0;
    memcpy(trap.original, site, sizeof(trap.original));
    assert_int_equal(mprotect(start, page, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
    memcpy(site, machine_breakpoint, machine_breakpoint_size);
    __builtin___clear_cache((char *)site, (char *)site + sizeof(trap.original));
}

/* In each test: cmocka has handlers of its own around it. */
static void catch_breakpoints(void)
{
    const struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

    assert_int_equal(sigaction(SIGTRAP, &action, NULL), 0);
    assert_int_equal(sigaction(SIGILL, &action, NULL), 0); /* s390x */
}

/* A value whose every byte is another one, and whose sign bits differ from place to place. */
static uint64_t make_value(size_t type, size_t place)
{
    static const char *const strings[] = {"", "x", "twelve", "caf\xc3\xa9"};
    uint64_t value = 0x8899aabbccddeef0U + 0x1111111111111111U * (place + type);

    if (types[type].type == USDT_DYN_STRING)
        return (uintptr_t)strings[place % 4];
    if (types[type].type == USDT_DYN_DOUBLE)
        return usdt_dyn_f64(-1.5 * (double)place);
    return value ^ (place % 2 == 0 ? 0x80 : 0x8000);
}

/* What a tracer must show for it: the slot cut to the type. */
static uint64_t as_type(size_t type, uint64_t value)
{
    switch (types[type].size) {
    case 1:
        return types[type].is_signed ? (uint64_t)(int64_t)(int8_t)value : (uint8_t)value;
    case 2:
        return types[type].is_signed ? (uint64_t)(int64_t)(int16_t)value : (uint16_t)value;
    case 4:
        return types[type].is_signed ? (uint64_t)(int64_t)(int32_t)value : (uint32_t)value;
    default:
        return value;
    }
}

/* Fires a probe into a breakpoint and compares each value with what its operand leads to. */
static void fire_and_compare(const usdt_dyn_provider *provider, const usdt_dyn_probe *probe,
                             const char *name, const size_t *type, size_t nargs)
{
    volatile uint16_t *semaphore = (volatile uint16_t *)(uintptr_t)usdt_dyn_probe_semaphore(probe);
    uint64_t values[USDT_DYN_MAX_ARGS], seen;
    struct note note;
    const char *operand;
    size_t i;

    assert_true(note_find(usdt_dyn_provider_path(provider), "operands", name, &note));
    assert_non_null(semaphore);
    for (i = 0; i < nargs; i++)
        values[i] = make_value(type[i], i);

    /* Where the image is mapped is not told by the library: the semaphore is in it. */
    plant_breakpoint((unsigned char *)((uintptr_t)semaphore - note.semaphore + note.site));
    *semaphore = 1;
    usdt_dyn_probe_fire(probe, values, nargs);
    *semaphore = 0;
    assert_int_equal(trap.hits, 1);

    operand = note.operands;
    for (i = 0; i < nargs; i++) {
        operand = operand_read(operand, &trap.machine, &seen);
        if (operand == NULL || seen != as_type(type[i], values[i]))
            fail_msg("%s: argument %zu of \"%s\": 0x%llx seen, 0x%llx fired", name, i,
                     note.operands, operand == NULL ? 0ULL : (unsigned long long)seen,
                     (unsigned long long)as_type(type[i], values[i]));
        operand += *operand == ' ';
    }
    assert_string_equal(operand, "");
}

static void add_and_compare(usdt_dyn_provider *provider, const char *name, const size_t *type,
                            size_t nargs)
{
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS] = {{NULL, USDT_DYN_INT64}};
    usdt_dyn_probe *probe;
    size_t i;

    for (i = 0; i < nargs; i++)
        args[i] = (usdt_dyn_arg){names[i], types[type[i]].type};
    assert_int_equal(usdt_dyn_provider_add_probe(provider, &probe, name, args, nargs), 0);
    if (usdt_dyn_provider_load(provider) != 0)
        fail_msg("%s: %s", name, usdt_dyn_last_error());
    fire_and_compare(provider, probe, name, type, nargs);
}

/* USDT_DYN_SITE, or NULL for what the library chooses by itself. */
static void test_operands(void **state)
{
    const char *site = *state;
    size_t type[USDT_DYN_MAX_ARGS], t, i;
    usdt_dyn_provider *provider;
    char name[32];

    catch_breakpoints();
    if (site != NULL)
        assert_int_equal(setenv("USDT_DYN_SITE", site, 1), 0);
    else
        assert_int_equal(unsetenv("USDT_DYN_SITE"), 0);
    assert_int_equal(usdt_dyn_provider_new(&provider, "operands"), 0);

    for (t = 0; t < TYPES; t++) {
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
            type[i] = t;
        snprintf(name, sizeof(name), "all_of_type_%zu", t);
        add_and_compare(provider, name, type, USDT_DYN_MAX_ARGS);
    }
    /* Each type in each place among others, and each number of arguments. */
    for (t = 0; t < TYPES; t++) {
        for (i = 0; i < USDT_DYN_MAX_ARGS; i++)
            type[i] = (t + i) % TYPES;
        snprintf(name, sizeof(name), "mixed_%zu", t);
        add_and_compare(provider, name, type, t);
    }
    usdt_dyn_provider_free(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_operands, NULL),
        cmocka_unit_test_prestate(test_operands, (void *)(uintptr_t) "nop"),
#ifdef __x86_64__
        cmocka_unit_test_prestate(test_operands, (void *)(uintptr_t) "nop5"),
        cmocka_unit_test_prestate(test_operands, (void *)(uintptr_t) "nop10"),
        cmocka_unit_test_prestate(test_operands, (void *)(uintptr_t) "nop+nop10"),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
