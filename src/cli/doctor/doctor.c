/* SPDX-License-Identifier: MIT */
#include "cli/doctor/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/arch.h"
#include "cli/doctor/checks.h"
#include "cli/doctor/finding.h"
#include "cli/find/process.h"
#include "cli/kernel/tracefs.h"
#include "cli/options.h"
#include "cli/text/text.h"
#include "system/linux/site.h"
#include "system/system.h"
#include "usdt-dyn.h"

/* The first line of a small file, or "" if it can't be read. */
static void read_line(const char *path, char line[128])
{
    FILE *file = fopen(path, "re");

    line[0] = '\0';
    if (file == NULL)
        return;
    if (fgets(line, 128, file) != NULL)
        line[strcspn(line, "\n")] = '\0';
    (void)fclose(file);
}

static void look_at_kernel(void)
{
    struct utsname name;
    unsigned int release;

    if (uname(&name) < 0)
        return;
    release = udyn_release_number(name.release);
    if (release < 4020)
        udyn_doctor_tell(UDYN_FOUND_BAD, "kernel",
                         "Linux %s: probes with semaphores need 4.20, usdt-dyn trace 5.5",
                         name.release);
    else if (release < 5005)
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "kernel",
                         "Linux %s: good for bpftrace and perf; usdt-dyn trace needs 5.5",
                         name.release);
    else
        udyn_doctor_tell(UDYN_FOUND_GOOD, "kernel", "Linux %s, %s", name.release, name.machine);
}

static void look_at_rights(void)
{
    char lockdown[128], paranoid[128];

    read_line("/sys/kernel/security/lockdown", lockdown);
    read_line("/proc/sys/kernel/perf_event_paranoid", paranoid);
    if (geteuid() != 0)
        udyn_doctor_tell(UDYN_FOUND_BAD, "rights",
                         "user %u: tracing needs root (CAP_SYS_ADMIN); run it with sudo",
                         geteuid());
    else if (strstr(lockdown, "[confidentiality]") != NULL)
        udyn_doctor_tell(UDYN_FOUND_BAD, "rights",
                         "the kernel is locked down (confidentiality): no tracer may look in");
    else
        udyn_doctor_tell(UDYN_FOUND_GOOD, "rights", "root; perf_event_paranoid is %s",
                         paranoid[0] != '\0' ? paranoid : "not there");
}

static void look_at_namespace(void)
{
    if (!udyn_process_has_global_pids())
        udyn_doctor_tell(
            UDYN_FOUND_BAD, "pids",
            "those of a container: usdt-dyn trace works on the host, or in a container "
            "that sees the host's processes (--pid=host)");
}

static void look_at_tracefs(void)
{
    int fd = udyn_tracefs_open();

    if (fd >= 0) {
        udyn_doctor_tell(UDYN_FOUND_GOOD, "tracefs", "mounted, with uprobe events");
        (void)close(fd);
    } else if (fd == -ENOENT) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "tracefs",
                         "not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
    } else if (fd == -ENOTSUP) {
        udyn_doctor_tell(UDYN_FOUND_BAD, "tracefs",
                         "no uprobe events: the kernel was built without CONFIG_UPROBE_EVENTS");
    } else {
        udyn_doctor_tell(UDYN_FOUND_BAD, "tracefs", "this user may not use it: run it as root");
    }
}

static void look_at_memfd(void)
{
    char noexec[128];
    int fd = memfd_create("usdt-dyn-doctor", MFD_CLOEXEC);

    read_line("/proc/sys/vm/memfd_noexec", noexec);
    if (fd >= 0)
        udyn_doctor_tell(UDYN_FOUND_GOOD, "memfd",
                         "files in memory can be made; vm.memfd_noexec is %s, which does no harm",
                         noexec[0] != '\0' ? noexec : "not there");
    else
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "memfd",
                         "refused (%s), by a seccomp filter perhaps: images go to files",
                         strerror(errno));
    if (fd >= 0)
        (void)close(fd);
}

static void look_at_shm(void)
{
    struct statvfs mount;

    if (statvfs("/dev/shm", &mount) < 0)
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "/dev/shm", "not there: images go to a memfd");
    else if ((mount.f_flag & ST_NOEXEC) != 0)
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "/dev/shm",
                         "mounted noexec: images go to a memfd, which bpftrace -p finds up to "
                         "0.24 only; mount -o remount,exec /dev/shm gives them a name");
    else
        udyn_doctor_tell(UDYN_FOUND_GOOD, "/dev/shm", "takes images, with a name for all tracers");
}

static void look_at_seccomp(void)
{
    char line[128] = "";
    FILE *status = fopen("/proc/self/status", "re");
    long mode = 0;

    if (status == NULL)
        return;
    while (fgets(line, sizeof(line), status) != NULL)
        if (strncmp(line, "Seccomp:", 8) == 0)
            mode = strtol(line + 8, NULL, 10);
    (void)fclose(status);
    if (mode == 0)
        udyn_doctor_tell(UDYN_FOUND_GOOD, "seccomp", "no filter here");
    else
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "seccomp",
                         "a filter is on here: it may refuse what tracers need");
}

static int choose_site(const struct udyn_arch *arch, const struct udyn_site **site)
{
    int error = udyn_site_choose(arch, site);

    udyn_system_unlock();
    return error;
}

static void look_at_site(void)
{
    static const struct {
        const char *name;
        const char *why;
    } reasons[] = {
        {"nop", "one byte: a trap, which the kernel emulates"},
        {"nop5",
         "5 bytes, as asked for: this kernel turns it into a call, which not every fork survives"},
        {"nop10", "10 bytes: this kernel turns it into a call, and fork copies it"},
        {"nop+nop10", "both: this kernel did not say what it optimises"},
    };
    const struct udyn_arch *arch = udyn_arch_native();
    const struct udyn_site *site;
    const char *why = "the processor's own";
    size_t i;

    if (usdt_dyn_supported() != 1) {
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "library", "makes no probes here: %s",
                         usdt_dyn_last_error());
        return;
    }
    /* The lock comes first in every load: it finds out whether a fork can be noticed. */
    if (arch == NULL || udyn_system_lock() < 0 || choose_site(arch, &site) < 0) {
        udyn_doctor_tell(UDYN_FOUND_LIMIT, "site", "%s", usdt_dyn_last_error());
        return;
    }
    for (i = 0; arch->uprobe_syscall != 0 && i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (strcmp(site->name, reasons[i].name) == 0)
            why = reasons[i].why;
    udyn_doctor_tell(UDYN_FOUND_GOOD, "site", "%s on %s: %s", site->name, arch->name, why);
}

enum udyn_status udyn_doctor(int argc, char **argv)
{
    struct udyn_options options;
    enum udyn_status status = udyn_options_doctor(&options, argc, argv);

    if (status == UDYN_DONE && !options.is_help) {
        look_at_kernel();
        look_at_rights();
        look_at_namespace();
        look_at_tracefs();
        look_at_seccomp();
        look_at_memfd();
        look_at_shm();
        look_at_site();
        udyn_doctor_tracers();
        udyn_doctor_try();
        status = udyn_doctor_is_bad() ? UDYN_REFUSED : UDYN_DONE;
    }
    udyn_options_free(&options);
    return status;
}
