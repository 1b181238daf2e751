/* SPDX-License-Identifier: MIT */
/* What programs do around a call of the library: plugins, signal handlers, cancelled threads,
 * another root, another user. Each runs in a process of its own that is ended if it hangs. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "support.h"

#define HANGS_AFTER_S 30

static int is_ending; /* atomic */

static void load_and_free_one(const char *name)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    EXPECT(usdt_dyn_provider_new(&provider, name) == 0);
    EXPECT(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    usdt_dyn_provider_free(provider);
}

static void *load_and_free(void *data)
{
    while (!__atomic_load_n(&is_ending, __ATOMIC_ACQUIRE))
        load_and_free_one("thread");
    return data;
}

static void open_plugins(void)
{
    pthread_t thread;
    int turn;

    (void)alarm(HANGS_AFTER_S);
    EXPECT(pthread_create(&thread, NULL, load_and_free, NULL) == 0);
    for (turn = 0; turn < 200; turn++) {
        void *plugin = dlopen(USDT_DYN_PLUGIN, RTLD_NOW | RTLD_LOCAL);

        EXPECT(plugin != NULL);
        EXPECT(dlclose(plugin) == 0);
    }
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    EXPECT(pthread_join(thread, NULL) == 0);
}

static void a_plugin_makes_probes_in_its_constructor(void **state)
{
    (void)state;
    in_child(open_plugins);
}

/* Two libraries in one process, as when a plugin has the static one in it: neither knows what the
 * other has, and the lock that tells of it is gone with the descriptors. */
static void open_plugin_with_its_own(void)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    void *plugin;
    int fd;

    EXPECT(usdt_dyn_provider_new(&provider, "first") == 0);
    EXPECT(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    for (fd = STDERR_FILENO + 1; fd < 1024; fd++)
        (void)close(fd);
    plugin = dlopen(USDT_DYN_STATIC_PLUGIN, RTLD_NOW | RTLD_LOCAL);
    EXPECT(plugin != NULL);
    EXPECT(access(usdt_dyn_provider_path(provider), F_OK) == 0);
    EXPECT(dlclose(plugin) == 0);
    usdt_dyn_provider_free(provider);
}

static void a_plugin_has_a_library_of_its_own(void **state)
{
    (void)state;
    in_child(open_plugin_with_its_own);
}

/* A child can load a new image, whatever the other threads of its parent were doing. */
static void fork_during_loads(void)
{
    pthread_t thread;
    int turn;

    (void)alarm(HANGS_AFTER_S);
    EXPECT(pthread_create(&thread, NULL, load_and_free, NULL) == 0);
    for (turn = 0; turn < 50; turn++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            (void)alarm(10);
            load_and_free_one("child");
            _exit(0);
        }
        EXPECT(waitpid(child, &status, 0) == child && status == 0);
    }
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    EXPECT(pthread_join(thread, NULL) == 0);
}

static void a_child_loads_while_its_parent_did(void **state)
{
    (void)state;
    in_child(fork_during_loads);
}

static volatile sig_atomic_t handled, refused, failed;

static void call_in_handler(int signal)
{
    usdt_dyn_provider *provider = NULL;
    int error = usdt_dyn_provider_new(&provider, "handler");

    (void)signal;
    handled = handled + 1;
    if (error == -EDEADLK)
        refused = refused + 1;
    else if (error != 0)
        failed = failed + 1;
    usdt_dyn_provider_free(provider);
}

static void *signal_main(void *main_thread)
{
    while (!__atomic_load_n(&is_ending, __ATOMIC_ACQUIRE))
        EXPECT(pthread_kill(*(pthread_t *)main_thread, SIGUSR1) == 0);
    return NULL;
}

static void be_interrupted(void)
{
    struct sigaction action = {.sa_handler = call_in_handler};
    pthread_t self = pthread_self(), thread;
    usdt_dyn_provider *provider;
    long turn = 0;

    (void)alarm(HANGS_AFTER_S);
    EXPECT(usdt_dyn_provider_new(&provider, "interrupted") == 0);
    EXPECT(sigaction(SIGUSR1, &action, NULL) == 0);
    EXPECT(pthread_create(&thread, NULL, signal_main, &self) == 0);
    /* Until the handler has come at a bad moment often enough, within reason. */
    while (refused < 20 && turn++ < 20000000)
        (void)usdt_dyn_provider_path(provider);
    __atomic_store_n(&is_ending, 1, __ATOMIC_RELEASE);
    EXPECT(pthread_join(thread, NULL) == 0);
    EXPECT(handled > 0 && failed == 0);
}

static void a_signal_handler_interrupts_a_call(void **state)
{
    (void)state;
    in_child(be_interrupted);
}

static void *load_until_cancelled(void *data)
{
    for (;;) {
        load_and_free_one("cancelled");
        pthread_testcancel();
    }
    return data;
}

static void cancel_loads(void)
{
    pthread_t thread;
    int turn;

    (void)alarm(HANGS_AFTER_S);
    for (turn = 0; turn < 20; turn++) {
        EXPECT(pthread_create(&thread, NULL, load_until_cancelled, NULL) == 0);
        load_and_free_one("canceller");
        EXPECT(pthread_cancel(thread) == 0);
        EXPECT(pthread_join(thread, NULL) == 0);
        load_and_free_one("canceller");
    }
}

static void a_loading_thread_is_cancelled(void **state)
{
    (void)state;
    in_child(cancel_loads);
}

static void load_without_rights(void)
{
    if (geteuid() == 0) {
        EXPECT(chown(support_folder, 65534, 65534) == 0);
        EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
    }
    EXPECT(setenv("USDT_DYN_BACKING", "file", 1) == 0);
    (void)umask(0777);
    load_and_free_one("umask");
    EXPECT(setenv("USDT_DYN_BACKING", "shared", 1) == 0);
    load_and_free_one("umask");
}

static void the_umask_takes_all_rights(void **state)
{
    (void)state;
    in_child(load_without_rights);
}

static void change_root(void)
{
    char folder[4096];

    snprintf(folder, sizeof(folder), "%s/root", support_folder);
    EXPECT(mkdir(folder, 0700) == 0 || errno == EEXIST);
    EXPECT(chroot(folder) == 0 && chdir("/") == 0);
}

static void change_user(void)
{
    EXPECT(setgid(65534) == 0 && setuid(65534) == 0);
}

static size_t read_image(int fd, char *bytes, size_t size)
{
    ssize_t length = pread(fd, bytes, size, 0);

    EXPECT(length > 0 && (size_t)length < size);
    return (size_t)length;
}

/* Unload and load go on as before, or each unload says that it can't, and fires go on. */
static void unload_after(void (*change)(void), const char *backing, int expected)
{
    static char before[65536], after[65536];
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;
    size_t size;
    int fd;

    EXPECT(setenv("USDT_DYN_BACKING", backing, 1) == 0);
    EXPECT(usdt_dyn_provider_new(&provider, "changing") == 0);
    EXPECT(usdt_dyn_provider_add_probe(provider, &probe, "probe", NULL, 0) == 0);
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    fd = open(usdt_dyn_provider_path(provider), O_RDONLY | O_CLOEXEC);
    EXPECT(fd >= 0);
    size = read_image(fd, before, sizeof(before));
    change();
    EXPECT(usdt_dyn_provider_unload(provider) == expected);
    EXPECT((usdt_dyn_provider_path(provider) == NULL) == (expected == 0));
    EXPECT(read_image(fd, after, sizeof(after)) == size);
    EXPECT((memcmp(before, after, size) != 0) == (expected == 0));
    EXPECT(usdt_dyn_provider_load(provider) == 0);
    EXPECT(read_image(fd, after, sizeof(after)) == size && memcmp(before, after, size) == 0);
    support_set_semaphore(probe, 1);
    usdt_dyn_fire(probe);
    usdt_dyn_provider_free(provider);
    EXPECT(close(fd) == 0);
}

static void change_root_of_file(void)
{
    unload_after(change_root, "file", 0);
}

static void change_root_of_memfd(void)
{
    unload_after(change_root, "memfd", 0);
}

static void change_user_of_file(void)
{
    unload_after(change_user, "file", -EACCES);
}

static void change_user_of_memfd(void)
{
    unload_after(change_user, "memfd", 0);
}

static void the_process_changes_its_root(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    in_child(change_root_of_file);
    in_child(change_root_of_memfd);
}

static void the_process_changes_its_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    in_child(change_user_of_file);
    in_child(change_user_of_memfd);
}

/* To cut a file that is mapped takes pages away from those who have it mapped, in memory or not. */
static void a_memfd_cannot_be_cut(void **state)
{
    usdt_dyn_provider *provider;
    usdt_dyn_probe *probe;

    (void)state;
    provider = support_provider("whole", "probe", NULL, 0, &probe);
    assert_int_equal(usdt_dyn_provider_set_backing(provider, USDT_DYN_BACKING_MEMFD), 0);
    assert_int_equal(usdt_dyn_provider_load(provider), 0);
    assert_int_equal(truncate(usdt_dyn_provider_path(provider), 0), -1);
    assert_int_equal(errno, EPERM);
    assert_false(usdt_dyn_enabled(probe));
    usdt_dyn_provider_free(provider);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_makes_probes_in_its_constructor),
        cmocka_unit_test(a_child_loads_while_its_parent_did),
        cmocka_unit_test(a_signal_handler_interrupts_a_call),
        cmocka_unit_test(a_loading_thread_is_cancelled),
        cmocka_unit_test(a_memfd_cannot_be_cut),
        cmocka_unit_test_setup_teardown(a_plugin_has_a_library_of_its_own, support_enter_folder,
                                        support_leave_folder),
        cmocka_unit_test_setup_teardown(the_umask_takes_all_rights, support_enter_folder,
                                        support_leave_folder),
        cmocka_unit_test_setup_teardown(the_process_changes_its_root, support_enter_folder,
                                        support_leave_folder),
        cmocka_unit_test_setup_teardown(the_process_changes_its_user, support_enter_folder,
                                        support_leave_folder),
    };

    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
