/* SPDX-License-Identifier: MIT */
/* The folder of a process for its images: gone with the process, or swept by the next one. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "test.h"

static char ours[128]; /* the folder that the library makes for this user */

static int enter_folder(void **state)
{
    int failed = support_enter_folder(state);

    snprintf(ours, sizeof(ours), "%s/usdt-dyn-%u", support_folder, geteuid());
    return failed;
}

static usdt_dyn_provider *load(void)
{
    usdt_dyn_probe *probe;
    usdt_dyn_provider *provider = support_provider("unit", "p", NULL, 0, &probe);

    assert_ok(usdt_dyn_provider_set_backing(provider, USDT_DYN_BACKING_FILE));
    assert_ok(usdt_dyn_provider_load(provider));
    return provider;
}

/* A process of its own that loads, and ends as `end` does. */
static pid_t run_child(void (*end)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        (void)load();
        end();
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return child;
}

static void exit_well(void)
{
    exit(0);
}

static void be_killed(void)
{
    raise(SIGKILL);
}

static void nothing_stays_after_exit(void **state)
{
    (void)state;
    run_child(exit_well);
    assert_int_equal(support_count_entries(ours), 0);
    assert_int_equal(access(ours, F_OK), 0); /* it was there */
}

static void what_a_killed_process_left_is_swept(void **state)
{
    usdt_dyn_provider *provider;

    (void)state;
    run_child(be_killed);
    assert_int_equal(support_count_entries(ours), 1);
    provider = load();
    assert_int_equal(support_count_entries(ours), 1); /* ours alone */
    assert_non_null(strstr(usdt_dyn_provider_path(provider), ours));
    usdt_dyn_provider_free(provider);
}

static void make_entry(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", ours, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static bool has_entry(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", ours, name);
    return access(path, F_OK) == 0;
}

static void nothing_else_is_swept(void **state)
{
    char living[64], locked[64], dead[64], elsewhere[64], path[256];
    struct stat namespace;
    unsigned int here;
    pid_t gone;
    int fd;

    (void)state;
    gone = run_child(exit_well);
    assert_int_equal(stat("/proc/self/ns/pid", &namespace), 0);
    here = (unsigned int)namespace.st_ino;
    snprintf(living, sizeof(living), "%d-%x-00000001", (int)getppid(), here);
    snprintf(locked, sizeof(locked), "%d-%x-00000002", (int)gone, here);
    snprintf(dead, sizeof(dead), "%d-%x-00000003", (int)gone, here);
    snprintf(elsewhere, sizeof(elsewhere), "%d-%x-00000004", (int)gone, here + 1);
    make_entry(living);
    make_entry(locked);
    make_entry(dead);
    make_entry(elsewhere);
    make_entry("shared");
    make_entry("somebody's");
    snprintf(path, sizeof(path), "%s/%s", ours, locked);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_SH), 0);

    run_child(exit_well);
    assert_false(has_entry(dead));
    assert_true(has_entry(living) && has_entry(locked) && has_entry(elsewhere));
    assert_true(has_entry("shared") && has_entry("somebody's"));
    close(fd);
    run_child(exit_well);
    assert_false(has_entry(locked));
}

/* A folder that somebody has removed is made again. */
static void a_removed_folder_is_made_again(void **state)
{
    usdt_dyn_provider *provider;
    char path[256];

    (void)state;
    provider = load();
    strncpy(path, usdt_dyn_provider_path(provider), sizeof(path) - 1);
    usdt_dyn_provider_free(provider);
    assert_int_equal(access(path, F_OK), -1);
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
    provider = load();
    assert_int_equal(access(usdt_dyn_provider_path(provider), F_OK), 0);
    usdt_dyn_provider_free(provider);
}

/* A file is ours alone to read and to write. */
static void others_have_no_rights_to_a_file(void **state)
{
    usdt_dyn_provider *provider = load();
    struct stat status;

    (void)state;
    assert_int_equal(lstat(usdt_dyn_provider_path(provider), &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
    usdt_dyn_provider_free(provider);
}

/* qemu's user mode says yes to MADV_WIPEONFORK and does nothing. */
static bool wipes_on_fork(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *wiped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int status;
    pid_t child;

    assert_true(wiped != MAP_FAILED);
    *wiped = 1;
    if (madvise(wiped, page, MADV_WIPEONFORK) < 0)
        return false;
    child = fork();
    if (child == 0)
        _exit(*wiped);
    assert_int_equal(waitpid(child, &status, 0), child);
    munmap(wiped, page);
    return WEXITSTATUS(status) == 0;
}

/* A forked child does not take its parent's files away, neither by free nor by exit. */
static void a_child_leaves_its_parents_files(void **state)
{
    usdt_dyn_provider *provider;
    pid_t child;
    int status;

    (void)state;
    if (!wipes_on_fork())
        skip();
    provider = load();
    child = fork();
    if (child == 0) {
        usdt_dyn_provider_free(provider);
        exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(access(usdt_dyn_provider_path(provider), F_OK), 0);
    usdt_dyn_provider_free(provider);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, support_leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(nothing_stays_after_exit),        TEST(what_a_killed_process_left_is_swept),
        TEST(nothing_else_is_swept),           TEST(a_removed_folder_is_made_again),
        TEST(others_have_no_rights_to_a_file), TEST(a_child_leaves_its_parents_files),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
