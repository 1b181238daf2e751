#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures the gem, in one run; ruby.sh 1000 does a thousandth of the work, only to see that it runs.
#
#   cmake -S . -B build && cmake --build build && USDT_DYN_BUILD=$PWD/build tests/bench/ruby.sh
#
# The cases take turns, round after round; a figure is the least of its rounds, without the loop.
source "$(dirname "$0")/../ruby/lib.sh"
need root bpftrace

start bench ruby "$(dirname "$0")/ruby.rb" "$USDT_DYN_BUILD/tests/bench/libbench-ruby-hits.so" "${1:-1}"
wait_limit=300
wait_line bench '^idle done'
start_tracer trace bpftrace -p "$(pid_of bench)" -e 'usdt::bench_fire:two { @ = count(); } usdt::bench_class:traced { @m = count(); }'
wait_line bench '^traced done'
stop trace
wait_end bench || fail 'the benchmark failed'
grep -v "done$" "$(out_of bench)"
