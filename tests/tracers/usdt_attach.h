/* SPDX-License-Identifier: MIT */
/* What the BPF program sends. */
#ifndef TESTS_TRACERS_USDT_ATTACH_H
#define TESTS_TRACERS_USDT_ATTACH_H

struct hit {
    long long args[12];
    char text[32];
};

#endif
