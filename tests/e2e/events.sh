#!/bin/bash
# SPDX-License-Identifier: MIT
# The shortest whole way: a probe is made, a tracer attaches, an event arrives, the tracer leaves.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start app "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
ask app 'provider shop' '^ok' >/dev/null
ask app 'probe shop paid int64 string' '^ok' >/dev/null
ask app 'load shop' '^ok' >/dev/null
expect_equal 'enabled before' 'ok 0' "$(ask app 'enabled shop paid' '^')"

# shellcheck disable=SC2016 # the $ is bpftrace's
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::shop:paid { printf("%d %s\n", arg0, str(arg1)); }'
wait_tracer trace
ask app 'fire shop paid -7 =bread' '^ok fired 1' >/dev/null
wait_line trace '^-7 '
stop trace
expect_equal 'events' '-7 bread' "$(grep '^-7' "$(out_of trace)")"
expect_equal 'semaphore after' 'ok 0' "$(ask app 'semaphore shop paid' '^')"
