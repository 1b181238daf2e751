/* SPDX-License-Identifier: MIT */
/* The arguments of a probe, read from a text. */
#ifndef UDYN_CORE_SIGNATURE_H
#define UDYN_CORE_SIGNATURE_H

#include "base/name.h"
#include "usdt-dyn.h"

/* A name that is one byte too long still is in its copy. */
#define UDYN_WORD_SIZE (UDYN_NAME_MAX + 2)

/* What was read; `args` points to `names`. */
struct udyn_signature {
    char probe[UDYN_WORD_SIZE];
    char names[USDT_DYN_MAX_ARGS][UDYN_WORD_SIZE];
    usdt_dyn_arg args[USDT_DYN_MAX_ARGS];
    size_t nargs;
};

/* Reads the names from what stands in the brackets of USDT_DYN_PROBE(), "shipped, INT64, id": the
 * types are numbers already. Returns 0 or -EINVAL with a sentence. */
int udyn_signature_of_declared(struct udyn_signature *signature, const usdt_dyn_declared *declared);

/* Reads "id:int64,to:string"; NULL and "" are no arguments. Returns 0, -EINVAL or -E2BIG with a
 * sentence. The names are not checked. */
int udyn_signature_read(struct udyn_signature *signature, const char *text);

#endif
