#!/bin/bash
# SPDX-License-Identifier: MIT
# The longest stack that trace_stack gives comes through usdt-dyn trace and the kernel as it is.
source "$(dirname "$0")/lib.sh"
need root tracefs
command=$USDT_DYN_BUILD/src/cli/usdt-dyn

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/shop.rb"
start_tracer trace "$command" trace -p "$(pid_of app)" checkout:ship --json --count 1
# Until then a string may come with its first 32 bytes only: what fetches the rest is attached last.
wait_for "$wait_limit" grep -q ' tracing 1 probe' "$(err_of trace)"
run app 'await { wrapped?(:ship) }; SHOP.ship_after_all_steps_of_the_way_have_been_taken(100, "you")' >/dev/null
wait_end trace || fail 'the trace failed'
run app "require 'json'; EVENT = JSON.parse(File.readlines('$(out_of trace)').last); EVENT.class" >/dev/null
expect_equal 'the ends of the stack' "$(dirname "$0")/shop.rb:N:in 'ship_after_all_steps_of_the_way_have_been_taken' ..." \
    "$(run app 'STACK = EVENT.dig("args", "stack").lines; STACK.values_at(0, -1).map(&:chomp).join(" ")' |
        sed "s/:[0-9]*:in/:N:in/; s/[\`']Check[a-z]*#/\`/; s/\`/'/")"
expect_equal 'only whole frames' true "$(run app 'STACK.uniq.size <= 3 && STACK.size > 20')"
