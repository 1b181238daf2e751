#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures the gem, as a part of run.sh: a method call, a fire and a wrapped method, without a tracer and with
# bpftrace at them. Each row is without the loop around the call.
source "$(dirname "$0")/../ruby/lib.sh"
need root bpftrace
ruby -ractive_support -e '' 2>/dev/null || skip 'ActiveSupport is not installed'

start bench ruby "$(dirname "$0")/ruby.rb" "$USDT_DYN_BUILD/tests/bench/libbench-ruby-hits.so"
wait_limit=300
tracer_limit=300
wait_line bench '^idle done'
start_tracer trace bpftrace -p "$(pid_of bench)" -e 'usdt::bench_fire:two { @ = count(); } usdt::bench_class:traced { @m = count(); }'
wait_line bench '^traced done'
stop trace
wait_end bench || fail 'the benchmark failed'
grep '^{' "$(out_of bench)"
