#!/bin/bash
# SPDX-License-Identifier: MIT
# The bpftrace scripts for Rails, as their heads say to run them, all at once on one worker.
# shellcheck disable=SC2016 # evaluated later
source "$(dirname "$0")/lib.sh"
need root bpftrace

scripts=$USDT_DYN_SOURCE/examples/rails
make_app
start_puma puma 1
worker=$(workers_of puma)
ask_http POST '/orders?name=warm' >/dev/null

start_tracer slow bpftrace -p "$worker" "$scripts/slow-requests.bt" 200
for script in sql-by-request latency-by-controller top-queries overhead; do
    start_tracer "$script" bpftrace -p "$worker" "$scripts/$script.bt"
done
for script in slow sql-by-request latency-by-controller top-queries overhead; do
    wait_tracer "$script"
done
# The gem has noticed them: a subscription for each of the probes.
wait_for 30 eval '[[ $(ask_http GET /listeners) == "200 '"$worker"' 6" ]]'
for _ in 1 2 3; do
    ask_http POST '/orders?name=anna' >/dev/null
done
ask_http GET '/slow?token=secret' >/dev/null
wait_line slow '^[0-9]+ +200 +2[0-9][0-9] +0  OrdersController#slow /slow$'
wait_line sql-by-request '^OrdersController#create +3 queries +[0-9]+ us of +[0-9]+ us$'
for script in latency-by-controller top-queries overhead; do
    stop "$script"
done
expect_equal 'slow requests' 1 "$(grep -c '^[0-9]' "$(out_of slow)")"
expect_match 'a histogram of each action' '^@microseconds\[OrdersController#create\]:' "$(cat "$(out_of latency-by-controller)")"
expect_match 'the queries' '^@times\[INSERT INTO "orders" \("name"\) VALUES \(\?\).*\]: [3-9]' "$(cat "$(out_of top-queries)")"
for probe in action sql render cache job; do
    expect_match "the overhead of $probe" "^@overhead_ns\[$probe\]: count [0-9]+, average [0-9]+" "$(cat "$(out_of overhead)")"
done
