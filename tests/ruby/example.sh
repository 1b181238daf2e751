#!/bin/bash
# SPDX-License-Identifier: MIT
# The Ruby shop and its bpftrace scripts, as their heads say to run them.
source "$(dirname "$0")/lib.sh"
need root bpftrace

scripts=$USDT_DYN_SOURCE/examples/ruby
start shop ruby -w -I "$USDT_DYN_SOURCE/bindings/ruby/lib" "$scripts/shop.rb" 120
wait_line shop '^[0-9]+$'
pid=$(pid_of shop)

run_tracer orders bpftrace -p "$pid" "$scripts/orders.bt" || fail 'orders.bt did not end well'
shown=$(cat "$(out_of orders)")
expect_match 'an order' '^placed +[0-9]+  [1-4] x (book|tea|café crème)$' "$shown"
expect_match 'a payment' '^paid +[0-9]+  [0-9]+ cents by (card|invoice)(, a gift)?$' "$shown"

run_tracer latency bpftrace -p "$pid" "$scripts/latency.bt" || fail 'latency.bt did not end well'
shown=$(cat "$(out_of latency)")
expect_match 'those that returned' '^@microseconds\[pay!, returned\]:' "$shown"
expect_match 'those that raised' '^@microseconds\[pay!, raised\]:' "$shown"
expect_match 'arguments' '^@arguments\["(book|tea|café crème)", quantity: [1-4]\]: [0-9]+$' "$shown"

run_tracer overhead bpftrace -p "$pid" "$scripts/overhead.bt" || fail 'overhead.bt did not end well'
shown=$(cat "$(out_of overhead)")
for method in 'pay!' of; do
    expect_match "overhead of $method" "^@overhead_ns\[$method\]: count [1-9][0-9]*, average [1-9][0-9]*, total [1-9][0-9]+$" "$shown"
done

stop shop
expect_match 'the end' '^[0-9]+ orders$' "$(cat "$(out_of shop)")"
expect_equal 'no warnings' '' "$(cat "$(err_of shop)")"
