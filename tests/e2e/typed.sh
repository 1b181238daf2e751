#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# typed.sh c|cpp: what is emitted by probes that the compiler checks arrives at a tracer, and nothing of those that
# could not be added.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start app "$USDT_DYN_BUILD/tests/e2e/typed-$1"
wait_line app '^ready'
expect_match 'the arguments' 'shipped.*id: int64, to: string, left: int8, kg: double' \
    "$("$USDT_DYN_BUILD/src/cli/usdt-dyn" list -p "$(pid_of app)" typed:shipped)"

# shellcheck disable=SC2016 # the $ is bpftrace's
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::typed:idle { printf("idle\n"); }
    usdt::typed:shipped { printf("shipped %d <%s> %d %llx\n", arg0, str(arg1), arg2, arg3); }
    usdt::typed:twice { printf("twice %d\n", arg0); }'
wait_tracer trace
tell app go
wait_line trace '^twice'
wait_end app || fail "the program has ended with $?"
stop trace
expect_equal 'what bpftrace printed' 'idle
shipped 42 <café> -1 4004000000000000
shipped -7 <> 120 0
twice 2' "$(grep -E '^(idle|shipped|twice)' "$(out_of trace)")"
