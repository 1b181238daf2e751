#!/bin/bash
# SPDX-License-Identifier: MIT
# The program changes classes while bpftrace is attached to their methods: all comes to the same as untraced.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/changes.rb"
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::changes:* { @hits[probe] = count(); }'
run app 'await { Changes.traced? }' >/dev/null
wait_tracer trace
expect_equal 'differences' '' "$(run app 'Changes.differences')"
stop trace
expect_match 'hits' '^@hits\[.*changes:subclass_pay\]: 1$' "$(cat "$(out_of trace)")"
