/* SPDX-License-Identifier: MIT */
/*
 * Places for images that refuse them: a choice that cannot be had says why, and AUTO takes the next
 * one. In mount namespaces of their own, so as root; and without memfd_create(2), as under seccomp.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "child.h"
#include "support.h"

static void mount_tmpfs(const char *where, unsigned long flags, const char *options)
{
    if (!support_mount_tmpfs(where, flags, options))
        _exit(CHILD_SKIPPED);
}

/* Refuses one system call with EPERM from here on, as a container's filter does. */
static void refuse_memfd_create(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

    EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    EXPECT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* Loads a provider and tells the result; its path is in `path`. Nothing is left of it. */
static int try_backing(usdt_dyn_backing backing, char path[256])
{
    size_t descriptors = support_count_descriptors();
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    int error;

    EXPECT(usdt_dyn_provider_new(&provider, "place") == 0);
    EXPECT(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_set_backing(provider, backing) == 0);
    error = usdt_dyn_provider_load(provider);
    EXPECT((usdt_dyn_provider_path(provider) != NULL) == (error == 0));
    path[0] = '\0';
    if (error == 0)
        snprintf(path, 256, "%s", usdt_dyn_provider_path(provider));
    usdt_dyn_provider_free(provider);
    /* The folder of the process is locked with a descriptor of its own. */
    EXPECT(support_count_descriptors() <= descriptors + 1);
    EXPECT(support_count_mappings("usdt-dyn", NULL) == 0);
    return error;
}

static bool is_memfd(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0;
}

static void expect_refused(usdt_dyn_backing backing, int error, const char *words)
{
    char path[256];

    EXPECT(try_backing(backing, path) == error);
    EXPECT(strstr(usdt_dyn_last_error(), words) != NULL);
}

/* Files are refused with this error; AUTO takes the memfd. */
static void expect_memfd_instead(int error, const char *words)
{
    char path[256];

    expect_refused(USDT_DYN_BACKING_FILE, error, words);
    expect_refused(USDT_DYN_BACKING_SHARED, error, words);
    EXPECT(try_backing(USDT_DYN_BACKING_AUTO, path) == 0 && is_memfd(path));
    EXPECT(try_backing(USDT_DYN_BACKING_MEMFD, path) == 0 && is_memfd(path));
}

static void no_exec(void)
{
    mount_tmpfs(support_folder, MS_NOEXEC, "mode=700");
    expect_memfd_instead(-EACCES, "noexec");
}

static void read_only(void)
{
    mount_tmpfs(support_folder, MS_RDONLY, "mode=700");
    expect_memfd_instead(-EROFS, "read-only");
}

/* Room for one page: the folders fit, the image does not. */
static void full(void)
{
    char path[256];

    mount_tmpfs(support_folder, 0, "mode=700,size=4k");
    expect_memfd_instead(-ENOSPC, "cannot write");
    EXPECT(mount("none", support_folder, "tmpfs", MS_REMOUNT, "size=1m") == 0);
    EXPECT(try_backing(USDT_DYN_BACKING_FILE, path) == 0 && !is_memfd(path));
}

static void full_of_names(void)
{
    mount_tmpfs(support_folder, 0, "mode=700,nr_inodes=1");
    expect_memfd_instead(-ENOSPC, "cannot make the folder");
}

static void no_memfd(void)
{
    char path[256];

    refuse_memfd_create();
    expect_refused(USDT_DYN_BACKING_MEMFD, -EPERM, "memfd");
    EXPECT(try_backing(USDT_DYN_BACKING_AUTO, path) == 0 && !is_memfd(path));
}

/* The folder and the memfd are refused: the last has the word. */
static void nothing_at_all(void)
{
    char path[256];

    EXPECT(chmod(support_folder, 0777) == 0);
    refuse_memfd_create();
    expect_refused(USDT_DYN_BACKING_AUTO, -EPERM, "memfd");
    EXPECT(chmod(support_folder, 0700) == 0);
    EXPECT(try_backing(USDT_DYN_BACKING_AUTO, path) == 0 && !is_memfd(path));
}

/* A file that has the name of a shared one, but not its content, is not mapped. */
static void another_content(void)
{
    char path[256];
    FILE *file;

    EXPECT(try_backing(USDT_DYN_BACKING_SHARED, path) == 0);
    EXPECT(access(path, F_OK) < 0); /* the last has freed it */
    file = fopen(path, "we");
    EXPECT(file != NULL && fputs("not an image", file) >= 0 && fclose(file) == 0);
    expect_refused(USDT_DYN_BACKING_SHARED, -ESTALE, "another content");
    EXPECT(unlink(path) == 0);
    EXPECT(try_backing(USDT_DYN_BACKING_SHARED, path) == 0);
}

static int try_without_proc(usdt_dyn_backing backing, const char *words)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    usdt_dyn_watch *watch;
    int error;

    EXPECT(usdt_dyn_provider_new(&provider, "place") == 0);
    EXPECT(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_set_backing(provider, backing) == 0);
    error = usdt_dyn_provider_load(provider);
    EXPECT(error == 0 || strstr(usdt_dyn_last_error(), words) != NULL);
    EXPECT(usdt_dyn_watch_new(&watch) == 0 && usdt_dyn_watch_add(watch, provider) == 0);
    usdt_dyn_watch_wake(watch);
    EXPECT(usdt_dyn_watch_wait(watch, 20000) == 0);
    usdt_dyn_watch_free(watch);
    usdt_dyn_provider_free(provider);
    return error;
}

static void no_proc(void)
{
    mount_tmpfs("/proc", 0, "mode=755");
    EXPECT(try_without_proc(USDT_DYN_BACKING_MEMFD, "/proc") == -ENOENT);
    EXPECT(try_without_proc(USDT_DYN_BACKING_FILE, "") == 0);
    EXPECT(try_without_proc(USDT_DYN_BACKING_SHARED, "") == 0);
    EXPECT(try_without_proc(USDT_DYN_BACKING_AUTO, "") == 0);
}

#define IN_CHILD(name)                                                                             \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        in_child(name);                                                                            \
    }
IN_CHILD(no_exec)
IN_CHILD(read_only)
IN_CHILD(full)
IN_CHILD(full_of_names)
IN_CHILD(no_memfd)
IN_CHILD(nothing_at_all)
IN_CHILD(another_content)
IN_CHILD(no_proc)

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(test_##name, support_enter_folder, support_leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(no_exec),  TEST(read_only),      TEST(full),    TEST(full_of_names),
        TEST(no_memfd), TEST(nothing_at_all), TEST(no_proc), TEST(another_content),
    };

    return !!cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
