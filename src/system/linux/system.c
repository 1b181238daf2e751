/* SPDX-License-Identifier: MIT */
/*
 * The face of Linux: what the core asks of the process. The lock with the renewal of what a child
 * has inherited, the handlers of fork(), what is done at exit.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/error.h"
#include "system/linux/file/private.h"
#include "system/linux/images.h"
#include "system/linux/loader.h"
#include "system/linux/lock.h"
#include "system/linux/renew.h"
#include "system/system.h"

/* The child that this thread is about to fork must renew its images at once: renew.c. */
static _Thread_local bool child_renews;

int udyn_system_supported(void)
{
    /* Not secure_getenv(): to be quiet is safe for every program. */
    const char *disable = getenv("USDT_DYN_DISABLE");

    if (disable != NULL && strcmp(disable, "1") == 0) {
        (void)udyn_fail(-ENOTSUP, "USDT_DYN_DISABLE=1 is set: unset it to have probes");
        return 0;
    }
    if (udyn_arch_native() == NULL) {
        (void)udyn_fail(
            -ENOTSUP,
            "no probes on this processor: x86-64, aarch64, riscv64, ppc64le and s390x have them");
        return 0;
    }
    if (!udyn_loader_works()) {
        (void)udyn_fail(-ENOTSUP, "no probes in a statically linked program: it can't dlopen");
        return 0;
    }
    return 1;
}

static void before_fork(void)
{
    /* A signal handler that interrupted the library: the child may fire, no more. */
    if (udyn_lock_is_interrupted() || udyn_system_lock() < 0)
        return;
    udyn_lock_begin_fork();
    child_renews = udyn_renew_is_needed_after_fork(udyn_images());
}

static void after_fork_in_parent(void)
{
    child_renews = false;
    udyn_lock_end_fork_in_parent();
}

static void after_fork_in_child(void)
{
    udyn_lock_end_fork_in_child();
    if (child_renews && udyn_system_lock() == 0)
        udyn_system_unlock();
    child_renews = false;
}

/* At the first call in the process, and not under the lock: fork() has a lock of its own for this.
 */
static void set_fork_handlers(void)
{
    static int are_set; /* atomic */

    if (__atomic_load_n(&are_set, __ATOMIC_RELAXED) == 0 &&
        __atomic_exchange_n(&are_set, 1, __ATOMIC_RELAXED) == 0 &&
        pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0)
        udyn_debug("no memory for the fork handlers: a child forked during a load can't load");
}

int udyn_system_lock(void)
{
    int error;

    set_fork_handlers();
    error = udyn_lock_take();
    if (error == 0 && !udyn_lock_is_own()) {
        udyn_renew_in_child(udyn_images(), child_renews);
        udyn_lock_take_over();
    }
    return error;
}

void udyn_system_unlock(void)
{
    udyn_lock_give_back();
}

bool udyn_system_may_fire(const struct udyn_probe *probe)
{
    struct udyn_linux_image *image = (struct udyn_linux_image *)probe->image;

    /* A child has nothing to renew here. So no lock is taken: a signal handler that leaves the fire
     * by longjmp() would keep it. */
    if (image->fork_call == 0)
        return true;
    if (USDT_DYN_UNLIKELY(!udyn_lock_is_own() || udyn_renew_is_due(image, probe->site))) {
        if (udyn_system_lock() < 0) /* renews in a child */
            return false;
        udyn_renew_beside_debugger(image, probe->site);
        udyn_system_unlock();
        if (!usdt_dyn_enabled(&probe->head))
            return false;
    }
    return udyn_renew_is_done(image);
}

/* The private files of this process go; what it inherited is its parent's. */
__attribute__((destructor)) static void remove_files_at_exit(void)
{
    if (!udyn_lock_is_own() || udyn_system_lock() < 0)
        return;
    udyn_private_files_end();
    udyn_system_unlock();
}
