#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Instructions of one pass of each case of bench-disabled, counted by valgrind: the difference of two runs. A part
# of run.sh.
source "$(dirname "$0")/../e2e/lib.sh"
need valgrind

program=$USDT_DYN_BUILD/tests/bench/bench-disabled

count() { # CASE PASSES
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 </dev/null |
        sed -n 's/.*Collected : //p'
}

while read -r name; do
    few=$(count "$name" 1000)
    many=$(count "$name" 101000)
    printf '{"part":"instructions","case":"%s","unit":"instructions","median":%s}\n' \
        "$name" "$(((many - few + 50000) / 100000))"
done < <("$program" --cases)
