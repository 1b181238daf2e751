/* SPDX-License-Identifier: MIT */
/* Folders are taken only where nobody else can put a file of his own in the image's place. */
#include "system/linux/file/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "test.h"

static const char *base;
static char ours[128]; /* the folder that is to be made in base */

static int make_base(void **state)
{
    (void)state;
    base = support_make_folder();
    snprintf(ours, sizeof(ours), "%s/usdt-dyn-%u", base, geteuid());
    return 0;
}

static int remove_base(void **state)
{
    (void)state;
    support_remove_folder(base);
    return 0;
}

static int open_folder(bool must_be_in_memory)
{
    const struct udyn_place place = {UDYN_FILE_PRIVATE, base, must_be_in_memory};
    char path[4096];
    int fd = udyn_folder_open(&place, path, sizeof(path));

    if (fd < 0)
        return fd;
    assert_string_equal(path, ours);
    close(fd);
    return 0;
}

static void makes_it_with_no_rights_for_others(void **state)
{
    mode_t old = umask(0277); /* even a strange umask leaves us our rights */
    struct stat status;

    (void)state;
    assert_ok(open_folder(false));
    umask(old);
    assert_int_equal(lstat(ours, &status), 0);
    assert_int_equal(status.st_mode, S_IFDIR | 0700);
    assert_int_equal(status.st_uid, geteuid());
    assert_ok(open_folder(false)); /* and takes it again */
}

static void refuses_what_others_have_rights_to(void **state)
{
    static const mode_t modes[] = {0777, 0720, 0702, 0755, 0710, 0701, 04700};
    size_t i;

    (void)state;
    assert_int_equal(mkdir(ours, 0700), 0);
    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(ours, modes[i]), 0);
        assert_error(open_folder(false), -EPERM, "chmod 700");
    }
    assert_int_equal(chmod(ours, 0700), 0);
    assert_ok(open_folder(false));
}

static void refuses_a_link_and_a_file(void **state)
{
    int fd;

    (void)state;
    assert_int_equal(symlink("/tmp", ours), 0);
    assert_error(open_folder(false), -ENOTDIR, ours);
    assert_int_equal(unlink(ours), 0);
    fd = open(ours, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    close(fd);
    assert_error(open_folder(false), -ENOTDIR, ours);
}

/* Where others may rename entries, ours is not safe; a sticky bit forbids that. */
static void refuses_a_place_that_others_can_change(void **state)
{
    (void)state;
    assert_int_equal(chmod(base, 0777), 0);
    assert_error(open_folder(false), -EPERM, "can be changed by others");
    assert_int_equal(chmod(base, 0770), 0);
    assert_error(open_folder(false), -EPERM, "can be changed by others");
    assert_int_equal(support_count_entries(base), 0);
    assert_int_equal(chmod(base, 01777), 0);
    assert_ok(open_folder(false));
}

static void refuses_the_folders_of_another_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(ours, 0700), 0);
    assert_int_equal(chown(ours, 12345, 0), 0);
    assert_error(open_folder(false), -EPERM, "belongs to user 12345");
    assert_int_equal(rmdir(ours), 0);
    assert_int_equal(chown(base, 12345, 0), 0);
    assert_error(open_folder(false), -EPERM, "belongs to user 12345");
}

static void refuses_a_place_that_is_not_as_asked(void **state)
{
    struct udyn_place place = {UDYN_FILE_PRIVATE, "/", true};
    char path[8];

    (void)state;
    assert_error(udyn_folder_open(&place, path, sizeof(path)), -ENAMETOOLONG, "too long");
    base = "/";
    assert_error(open_folder(true), -ENODEV, "is not in memory");
    base = "/nonexistent";
    assert_error(open_folder(false), -ENOENT, "/nonexistent");
    base = "here";
    assert_error(open_folder(false), -EINVAL, "not an absolute path");
    base = "";
    assert_error(open_folder(false), -EINVAL, "not an absolute path");
}

#define MAY_NOT_MOUNT 255 /* no errno */

static int try_mounted(unsigned long flags)
{
    if (!support_mount_tmpfs(base, flags, "mode=755"))
        return MAY_NOT_MOUNT;
    return -open_folder(true);
}

static int status_of_child(unsigned long flags)
{
    int status;
    pid_t child = fork();

    if (child == 0)
        _exit(try_mounted(flags));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void looks_at_how_the_place_is_mounted(void **state)
{
    int status;

    (void)state;
    status = status_of_child(0);
    if (status == MAY_NOT_MOUNT)
        skip();
    assert_int_equal(status, 0);
    assert_int_equal(status_of_child(MS_NOEXEC), EACCES);
    assert_int_equal(status_of_child(MS_RDONLY), EROFS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_base, remove_base)
    const struct CMUnitTest tests[] = {
        TEST(makes_it_with_no_rights_for_others),
        TEST(refuses_what_others_have_rights_to),
        TEST(refuses_a_link_and_a_file),
        TEST(refuses_a_place_that_others_can_change),
        TEST(refuses_the_folders_of_another_user),
        cmocka_unit_test(refuses_a_place_that_is_not_as_asked),
        TEST(looks_at_how_the_place_is_mounted),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
