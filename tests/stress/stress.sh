#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# stress.sh SECONDS: bpftrace attaches and detaches in a loop while everything else goes on.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace

start app "$USDT_DYN_BUILD/tests/stress/stress" "$1" none
wait_line app '^ready'
turns=0
while ! has_ended app; do
    run_tracer "trace$turns" bpftrace -p "$(pid_of app)" \
        -e 'usdt::stress:p0 { @hits = count(); } interval:ms:300 { exit(); }' || true
    turns=$((turns + 1))
done
wait_end app || fail "the program ended with $?"

sum=$(cat "$(out_of app)")
hits=$(cat "$work"/trace*.out | awk -F': ' '/^@hits/ { n += $2 } END { print n + 0 }')
echo "$sum; bpftrace came $turns times and saw $hits"
expect_match 'what was done' ' enabled [1-9]' "$sum"
expect_match 'what the watch saw' ' changes [1-9]' "$sum"
((hits > 0)) || fail 'bpftrace saw no fire'
