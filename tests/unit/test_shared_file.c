/* SPDX-License-Identifier: MIT */
/*
 * One file for several processes. The processes are children that were forked before the library
 * was used; each does what single letters on a pipe say and answers with a line.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"
#include "test.h"

struct peer {
    pid_t pid;
    FILE *answers;
    int commands;
};

/* In the child: 'l' loads and tells the path, 'o' the same with another probe more, 'u' unloads,
 * 'f' frees; the end of the pipe is the end. */
static void serve(int commands, FILE *answers)
{
    usdt_dyn_provider *provider = NULL;
    usdt_dyn_probe *probe;
    int error = 0;
    char command;

    while (read(commands, &command, 1) == 1) {
        if (command == 'l' || command == 'o') {
            provider = support_provider("together", "p", NULL, 0, &probe);
            error = usdt_dyn_provider_set_backing(provider, USDT_DYN_BACKING_SHARED);
            if (error == 0 && command == 'o')
                error = usdt_dyn_provider_add_probe(provider, &probe, "more", NULL, 0);
            if (error == 0)
                error = usdt_dyn_provider_load(provider);
        } else if (command == 'u') {
            error = usdt_dyn_provider_unload(provider);
        } else {
            usdt_dyn_provider_free(provider);
            provider = NULL;
        }
        fprintf(answers, "%s\n",
                error < 0                          ? usdt_dyn_last_error()
                : command == 'l' || command == 'o' ? usdt_dyn_provider_path(provider)
                                                   : "done");
        fflush(answers);
    }
    exit(0);
}

static struct peer start_peer(void)
{
    int commands[2], answers[2];
    struct peer peer;

    assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    peer.pid = fork();
    if (peer.pid == 0) {
        close(commands[1]);
        serve(commands[0], fdopen(answers[1], "w"));
    }
    close(commands[0]);
    close(answers[1]);
    peer.commands = commands[1];
    peer.answers = fdopen(answers[0], "r");
    assert_true(peer.pid > 0 && peer.answers != NULL);
    return peer;
}

static void end_peer(struct peer *peer)
{
    int status;

    close(peer->commands);
    fclose(peer->answers);
    assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

static const char *tell(const struct peer *peer, char command)
{
    static char answer[512];

    assert_int_equal(write(peer->commands, &command, 1), 1);
    assert_non_null(fgets(answer, sizeof(answer), peer->answers));
    answer[strcspn(answer, "\n")] = '\0';
    return answer;
}

/* Tells it to load, and keeps the path. */
static void load(const struct peer *peer, char command, char path[512])
{
    strcpy(path, tell(peer, command));
    assert_int_equal(strncmp(path, support_folder, strlen(support_folder)), 0);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static ino_t inode_of(const char *path)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    return status.st_ino;
}

/* Peers end before the test does: each has the pipes of those that were started before it. */
static void all_processes_have_one_file(void **state)
{
    struct peer a = start_peer(), b = start_peer();
    char path[512], other[512];
    struct stat status;

    (void)state;
    load(&a, 'l', path);
    load(&b, 'l', other);
    assert_string_equal(path, other);
    assert_int_equal(lstat(path, &status), 0);
    assert_int_equal(status.st_mode, S_IFREG | 0600);
    assert_int_equal(status.st_nlink, 1);
    end_peer(&b);
    end_peer(&a);
    assert_int_equal(unlink(path), 0); /* it has stayed, for the processes to come */
}

static void other_probes_have_another_file(void **state)
{
    struct peer a = start_peer(), b = start_peer();
    char path[512], other[512];

    (void)state;
    load(&a, 'l', path);
    load(&b, 'o', other);
    assert_string_not_equal(path, other);
    assert_string_equal(tell(&a, 'f'), "done");
    assert_false(is_there(path));
    assert_true(is_there(other));
    assert_string_equal(tell(&b, 'f'), "done");
    assert_false(is_there(other));
    end_peer(&b);
    end_peer(&a);
}

static void the_last_that_frees_removes_it(void **state)
{
    struct peer a = start_peer(), b = start_peer(), killed = start_peer();
    char path[512];

    (void)state;
    load(&a, 'l', path);
    load(&b, 'l', path);
    load(&killed, 'l', path);
    assert_string_equal(tell(&a, 'f'), "done");
    assert_true(is_there(path));
    assert_int_equal(kill(killed.pid, SIGKILL), 0);
    end_peer(&killed);
    assert_true(is_there(path));
    assert_string_equal(tell(&b, 'u'), "done");
    assert_true(is_there(path));
    assert_string_equal(tell(&b, 'f'), "done");
    assert_false(is_there(path));
    load(&a, 'l', path); /* and made again */
    assert_true(is_there(path));
    assert_string_equal(tell(&a, 'f'), "done");
    end_peer(&b);
    end_peer(&a);
}

/* A file that is there already is taken as it is. */
static void what_the_last_left_is_used_again(void **state)
{
    struct peer a = start_peer();
    char path[512];
    ino_t inode;

    (void)state;
    load(&a, 'l', path);
    inode = inode_of(path);
    end_peer(&a);
    a = start_peer();
    load(&a, 'l', path);
    assert_int_equal(inode_of(path), inode);
    assert_string_equal(tell(&a, 'f'), "done");
    end_peer(&a);
}

/* The name tells the content; what has the name and not the content is not used. */
static void a_file_with_another_content_is_refused(void **state)
{
    struct peer a = start_peer();
    char path[512];
    int fd;

    (void)state;
    load(&a, 'l', path);
    end_peer(&a);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, 100), 1);
    close(fd);
    a = start_peer();
    assert_non_null(strstr(tell(&a, 'l'), "has another content"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    end_peer(&a);
    a = start_peer();
    assert_non_null(strstr(tell(&a, 'l'), "Too many levels of symbolic links"));
    end_peer(&a);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, support_enter_folder, support_leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(all_processes_have_one_file),
        TEST(other_probes_have_another_file),
        TEST(the_last_that_frees_removes_it),
        TEST(what_the_last_left_is_used_again),
        TEST(a_file_with_another_content_is_refused),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
