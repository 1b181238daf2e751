/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"
#include "test.h"

/* First: nothing has failed yet. */
static void is_empty_before_the_first_failure(void **state)
{
    (void)state;
    assert_string_equal(usdt_dyn_last_error(), "");
}

static void keeps_the_last_sentence(void **state)
{
    (void)state;
    assert_int_equal(udyn_fail(-EINVAL, "the %s is %d", "answer", 42), -EINVAL);
    assert_string_equal(usdt_dyn_last_error(), "the answer is 42");
    assert_int_equal(udyn_fail_errno(ENOENT, "cannot open %s", "/x"), -ENOENT);
    assert_string_equal(usdt_dyn_last_error(), "cannot open /x: No such file or directory");
}

static void an_unknown_errno_is_told_by_its_number(void **state)
{
    (void)state;
    assert_int_equal(udyn_fail_errno(98765, "no"), -98765);
    assert_non_null(strstr(usdt_dyn_last_error(), "98765"));
}

static void a_long_sentence_is_cut_and_stays_whole(void **state)
{
    char text[2000];

    (void)state;
    memset(text, 'l', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    (void)udyn_fail(-EINVAL, "%s", text);
    assert_int_equal(strlen(usdt_dyn_last_error()), 511);
    (void)udyn_fail_errno(ENOENT, "%s", text);
    assert_int_equal(strlen(usdt_dyn_last_error()), 511);
}

static void *fail_in_thread(void *seen)
{
    usdt_dyn_provider *provider;

    strcpy(seen, usdt_dyn_last_error());
    if (usdt_dyn_provider_new(&provider, "of-thread") == -EINVAL)
        strcpy((char *)seen + 256, usdt_dyn_last_error());
    return NULL;
}

static void each_thread_has_its_own(void **state)
{
    char seen[512] = "unset";
    pthread_t thread;

    (void)state;
    (void)udyn_fail(-EINVAL, "of main");
    assert_int_equal(pthread_create(&thread, NULL, fail_in_thread, seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(seen, "");
    assert_non_null(strstr(seen + 256, "of-thread"));
    assert_string_equal(usdt_dyn_last_error(), "of main");
}

/* What is printed on stderr while the function fails. */
static void capture_stderr(char *text, size_t size)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);

    assert_non_null(file);
    assert_true(saved >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    (void)udyn_fail(-EINVAL, "nothing is %d", 0);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void prints_only_when_asked(void **state)
{
    char text[256];

    (void)state;
    unsetenv("USDT_DYN_DEBUG");
    capture_stderr(text, sizeof(text));
    assert_string_equal(text, "");
    setenv("USDT_DYN_DEBUG", "0", 1);
    capture_stderr(text, sizeof(text));
    assert_string_equal(text, "");
    setenv("USDT_DYN_DEBUG", "1", 1);
    errno = ENOTTY;
    capture_stderr(text, sizeof(text));
    unsetenv("USDT_DYN_DEBUG");
    assert_string_equal(text, "usdt-dyn: nothing is 0 (-22)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_before_the_first_failure),
        cmocka_unit_test(keeps_the_last_sentence),
        cmocka_unit_test(an_unknown_errno_is_told_by_its_number),
        cmocka_unit_test(a_long_sentence_is_cut_and_stays_whole),
        cmocka_unit_test(each_thread_has_its_own),
        cmocka_unit_test(prints_only_when_asked),
    };

    unsetenv("USDT_DYN_DEBUG");
    return !!cmocka_run_group_tests(tests, NULL, NULL);
}
