// SPDX-License-Identifier: MIT
// The same header in the other language: values go through a template there and not _Generic.
extern "C" {
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
}

#include "test_typed.c"
