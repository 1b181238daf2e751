/* SPDX-License-Identifier: MIT */
/* What test_hpp.cpp needs of the library's own headers, which are not C++. */
#ifndef HPP_SITE_H
#define HPP_SITE_H

#include "usdt-dyn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Enables the provider's probe at a position, with a site of this test. */
void hpp_enable(usdt_dyn_provider *provider, size_t position);

/* Its name and arguments, "shipped id=6 to=9". */
const char *hpp_describe(const usdt_dyn_provider *provider, size_t position);

/* How often the site was called, what it got last, and the text of the value at a position. */
int hpp_calls(void);
uint64_t hpp_value(size_t position);
const char *hpp_text(size_t position);

#ifdef __cplusplus
}
#endif

#endif
