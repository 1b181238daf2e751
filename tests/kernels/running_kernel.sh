#!/bin/bash
# SPDX-License-Identifier: MIT
# What run.sh shows of other kernels must hold on the running one.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs

row=$("$USDT_DYN_BUILD/tests/kernels/kernel-guest")
echo "$row"
# release | site | after a hit | values | semaphore | a child forked under trace
expect_match 'the running kernel' \
    '^row \| [^|]* \| [^|]*nop \| (breakpoint|call|lea, call) \| yes \| 1 to 0 \| traced \|$' "$row"
