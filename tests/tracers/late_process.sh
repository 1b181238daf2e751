#!/bin/bash
# SPDX-License-Identifier: MIT
# A process that starts while a shared file is being traced takes the same file, and is traced.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace

name=late_$$ # a shared file of this test alone

start_app() { # NAME
    start "$1" "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
    wait_line "$1" '^ok ready'
    ask "$1" "provider $name backing=shared" '^ok' >/dev/null
    ask "$1" "probe $name paid int64" '^ok' >/dev/null
    ask "$1" "load $name" '^ok' >/dev/null
}

start_app early
place=$(ask early "path $name" '^ok')
start_tracer trace bpftrace -e "usdt:${place#ok }:$name:paid { printf(\"got %d\\n\", arg0); }"
ask early "await $name paid 1" '^ok' >/dev/null
wait_tracer trace

start_app late
expect_equal 'the file of the late process' "$place" "$(ask late "path $name" '^ok')"
expect_equal 'enabled in it' 'ok 1' "$(ask late "enabled $name paid" '^')"
ask late "fire $name paid 21" '^ok fired 1' >/dev/null
wait_line trace '^got 21$'
stop trace
expect_equal 'semaphore after' 'ok 0' "$(ask late "semaphore $name paid" '^')"
# The last of them removes the file.
ask late "free $name" '^ok' >/dev/null
ask early "free $name" '^ok' >/dev/null
[[ ! -e ${place#ok } ]] || fail "the shared file is still there: ${place#ok }"
