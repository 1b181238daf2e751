#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# binding.sh LIBRARY: another language adds a probe by its signature and fires strings that have a length; a tracer
# sees them, and the program is told what happened.
source "$(dirname "$0")/lib.sh"
need root bpftrace python3

start app python3 "$(dirname "$0")/binding.py" "$1"
wait_line app '^ready'
expect_equal 'a fire that nobody traces' 'ready 0 ' "$answer"

# shellcheck disable=SC2016 # the $ is bpftrace's
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::bound:shipped { printf("%d <%s>\n", arg0, str(arg1)); }'
wait_tracer trace
tell app go
wait_line trace '^11 '
stop trace
expect_equal 'what bpftrace printed' '-7 <bread>
8 <café>
9 <>
11 <end>' "$(grep '>$' "$(out_of trace)")"
expect_equal 'what the program was told' 'fired 1 
fired 1 
fired 1 
fired -22 probe shipped has 2 arguments but was fired with 1: not fired
fired 1 ' "$(grep fired "$(out_of app)")"
