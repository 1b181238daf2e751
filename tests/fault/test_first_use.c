/* SPDX-License-Identifier: MIT */
/*
 * Faults in what happens once a process: the first call makes the page that notices a fork, and the
 * first call in a forked child renews the images. Each test is a process of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/provider.h"
#include "fault.h"
#include "support.h"
#include "system/linux/image.h"
#include "system/linux/lock.h"
#include "system/system.h"
#include "test.h"

/* What the test process does: 0 is good, another number tells where it went wrong. */
typedef int in_process(void);

static int status_of(in_process *run)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(run());
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static int loaded_provider(usdt_dyn_provider **provider, usdt_dyn_probe **probe)
{
    int error = usdt_dyn_provider_new(provider, "first");

    if (error == 0)
        error = usdt_dyn_provider_add_probe(*provider, probe, "use", NULL, 0);
    if (error == 0)
        error = usdt_dyn_provider_load(*provider);
    return error;
}

static int first_call_without_memory(void)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    fault_arm(FAULT_mmap, 1, ENOMEM);
    if (usdt_dyn_provider_new(&provider, "first") != -ENOMEM || provider != NULL)
        return 1;
    if (strstr(usdt_dyn_last_error(), "memory") == NULL)
        return 2;
    if (!fault_disarm())
        return 3;
    return loaded_provider(&provider, &probe) == 0 ? 0 : 4;
}

static void no_memory_for_the_first_call(void **state)
{
    (void)state;
    assert_int_equal(status_of(first_call_without_memory), 0);
}

/* In a child of the process without MADV_WIPEONFORK. */
static usdt_dyn_provider *inherited;
static usdt_dyn_probe *inherited_probe;
static uint32_t parents_generation;

static int child_of_an_old_kernel(void)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    if (udyn_system_is_generation(parents_generation))
        return 11; /* the handler of pthread_atfork() has not noticed the fork */
    if (usdt_dyn_provider_unload(inherited) != 0 || usdt_dyn_provider_path(inherited) != NULL)
        return 12;
    if (usdt_dyn_provider_new(&provider, "child") != 0 ||
        usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) != 0 ||
        usdt_dyn_provider_load(provider) != 0)
        return 13;
    usdt_dyn_provider_free(provider);
    usdt_dyn_provider_free(inherited);
    return 0;
}

static int first_call_on_an_old_kernel(void)
{
    const uint8_t *site;

    fault_arm(FAULT_madvise, 1, EINVAL);
    if (loaded_provider(&inherited, &inherited_probe) != 0 || !fault_disarm())
        return 1;
    if (udyn_lock_notices_fork())
        return 2;
    /* Only a site that the kernel does not turn into a call is safe now. */
    site = udyn_probe_of(inherited_probe)->site;
    if (((struct udyn_linux_image *)udyn_probe_of(inherited_probe)->image)->fork_call != 0)
        return 3;
#if defined(__x86_64__)
    if (site[0] != 0x90)
        return 4;
#else
    (void)site;
#endif
    parents_generation = udyn_system_generation();
    return status_of(child_of_an_old_kernel);
}

static void a_kernel_that_cannot_wipe_a_page_at_fork(void **state)
{
    (void)state;
    assert_int_equal(status_of(first_call_on_an_old_kernel), 0);
}

static int child_without_cure(void)
{
    const struct udyn_probe *probe = udyn_probe_of(inherited_probe);

    support_set_semaphore(inherited_probe, 1);
    fault_arm(FAULT_madvise, 1, ENOMEM);
    if (udyn_system_may_fire(probe) || !fault_disarm())
        return 11; /* it would have called a site that may kill */
    usdt_dyn_fire(inherited_probe);
    return udyn_system_may_fire(probe) ? 12 : 0;
}

/* As the kernel leaves the site of a traced process. */
static int write_call(const struct udyn_probe *probe)
{
    uintptr_t page = (uintptr_t)probe->site & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);

    if (mprotect((void *)page, 1, PROT_READ | PROT_WRITE) < 0)
        return -1;
    *(uint8_t *)(uintptr_t)probe->site = 0xe8;
    return mprotect((void *)page, 1, PROT_READ | PROT_EXEC);
}

static int parent_of_child_without_cure(void)
{
    if (setenv("USDT_DYN_SITE", "nop5", 1) != 0 ||
        loaded_provider(&inherited, &inherited_probe) != 0)
        return 1;
    if (((struct udyn_linux_image *)udyn_probe_of(inherited_probe)->image)->fork_call == 0)
        return 2;
    if (write_call(udyn_probe_of(inherited_probe)) < 0)
        return 3;
    return status_of(child_without_cure);
}

static void a_child_that_cannot_be_cured_goes_quiet(void **state)
{
    (void)state;
#if defined(__x86_64__)
    assert_int_equal(status_of(parent_of_child_without_cure), 0);
#else
    skip(); /* no site of this processor needs the cure */
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_for_the_first_call),
        cmocka_unit_test(a_kernel_that_cannot_wipe_a_page_at_fork),
        cmocka_unit_test(a_child_that_cannot_be_cured_goes_quiet),
    };

    return !!cmocka_run_group_tests_name("first use", tests, NULL, NULL);
}
