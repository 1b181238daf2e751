/* SPDX-License-Identifier: MIT */
#include "system/linux/site.h"

#include <errno.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/error.h"
#include "system/linux/environment.h"
#include "system/linux/lock.h"

/* Made outside of a trampoline the call does nothing but fail, and its errno tells the kind. */
static int uprobe_errno(void)
{
    const struct udyn_arch *arch = udyn_arch_native();

    if (arch->uprobe_syscall == 0 || syscall(arch->uprobe_syscall) == 0)
        return 0;
    return errno;
}

/* What suits the running kernel: asked once, as a process keeps its kernel. Under the lock. */
static const struct udyn_site *suitable(const struct udyn_arch *arch)
{
    static const struct udyn_site *chosen;
    struct utsname name;
    struct udyn_kernel kernel = {.release = "", .uprobe_errno = uprobe_errno};

    if (chosen == NULL) {
        if (uname(&name) == 0)
            kernel.release = name.release;
        chosen = arch->choose(&kernel);
    }
    /* cppcheck-suppress returnDanglingLifetime // it is in the table of the processor */
    return chosen;
}

int udyn_site_choose(const struct udyn_arch *arch, const struct udyn_site **site)
{
    const char *wanted = udyn_environment("USDT_DYN_SITE");

    if (wanted != NULL) {
        *site = udyn_arch_site(arch, wanted);
        if (*site == NULL)
            return udyn_fail(-EINVAL,
                             "USDT_DYN_SITE=%s is not a site of %s: use nop, nop5, nop10 or "
                             "nop+nop10",
                             wanted, arch->name);
    } else {
        *site = suitable(arch);
    }
    if ((*site)->fork_call != 0 && !udyn_lock_notices_fork()) {
        udyn_debug("a fork can't be noticed here: site nop in place of %s", (*site)->name);
        *site = &arch->sites[0];
    }
    return 0;
}
