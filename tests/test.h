/* SPDX-License-Identifier: MIT */
/* cmocka with what its header needs before it. A test ends with `return
 * !!cmocka_run_group_tests()`: the number of failures would be taken for a skip if it was 77. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
