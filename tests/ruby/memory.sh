#!/bin/bash
# SPDX-License-Identifier: MIT
# memory.sh FIRES: that many fires without a tracer and with one leave the memory as it was.
source "$(dirname "$0")/lib.sh"
need root bpftrace
fires=$1
# shellcheck disable=SC2034 # of lib.sh
tracer_limit=400

start_ruby app
run app 'P = StaticTracing::Provider.register("memory"); TP = P.add_tracepoint("probe", Integer, String); P.enable' >/dev/null
run app 'def flat(n) = (i = 0; (TP.fire(i, "text"); i += 1) while i < n; n); flat(20_000)' >/dev/null
before=$(run app 'GC.start; resident')
run app "flat($fires)" >/dev/null
untraced=$(run app 'GC.start; resident')
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::memory:probe { @ = count(); }'
run app 'await { TP.enabled? }' >/dev/null
wait_tracer trace
run app 'flat(20_000)' >/dev/null
warm=$(run app 'GC.start; resident')
wait_limit=300
run app "flat($fires)" >/dev/null
traced=$(run app 'GC.start; resident')
stop trace
echo "resident KiB: before $before, after $fires untraced $untraced; traced $warm, after $fires $traced"
((untraced - before < 1024)) || fail 'the memory grew without a tracer'
((traced - warm < 1024)) || fail 'the memory grew with a tracer'
expect_equal 'hits' "@: $((fires + 20000))" "$(grep '^@' "$(out_of trace)")"
