/* SPDX-License-Identifier: MIT */
/* Runs a part of a test in a process of its own. */
#ifndef CHILD_H
#define CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "usdt-dyn.h"

#define CHILD_SKIPPED 77

/* Ends the child with the line that went wrong on stderr. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s; %s\n", __FILE__, __LINE__, #condition,             \
                    usdt_dyn_last_error());                                                        \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

/* Waits for a child; the test fails if it has failed, and is skipped if it was. */
static inline void expect_good_end(pid_t child)
{
    int status = 0;

    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED)
        skip();
    assert_int_equal(status, 0);
}

static inline void in_child(void (*run)(void))
{
    pid_t child = fork();

    if (child == 0) {
        run();
        (void)fflush(stdout);
        _exit(0);
    }
    expect_good_end(child);
}

#endif
