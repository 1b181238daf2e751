#!/bin/bash
# SPDX-License-Identifier: MIT
# A parent with four forked workers: a tracer of one worker, of the parent, of all by the image's path,
# and a worker that is born while it is traced. Only those who are traced have wrappers.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/shop.rb" "$(dirname "${BASH_SOURCE[0]}")/workers.rb"
read -ra workers <<<"$(run app 'WORKERS.map(&:pid).join(" ")')"
path=$(run app 'StaticTracing::Provider.fetch("checkout").path.sub(/[0-9]+.so$/, "1.so")') # of pay
states() { run app "states"; }
expect_equal 'nobody traces' 'parent 0 workers 0 0 0 0' "$(states)"

start_tracer one bpftrace -p "${workers[1]}" -e 'usdt::checkout:pay { @[pid] = count(); }'
run app 'await { states == "parent 0 workers 0 1 0 0" }' >/dev/null
wait_tracer one
run app 'WORKERS.each { |worker| worker.ask("SHOP.pay(0)") }.size' >/dev/null
stop one
expect_equal 'only the worker that is traced' "@[${workers[1]}]: 1" "$(grep '^@' "$(out_of one)")"
run app 'await { states == "parent 0 workers 0 0 0 0" }' >/dev/null

start_tracer parent bpftrace -p "$(pid_of app)" -e 'usdt::checkout:pay { @[pid] = count(); }'
run app 'await { states == "parent 1 workers 0 0 0 0" }' >/dev/null
wait_tracer parent
run app 'WORKERS << Worker.new; 1' >/dev/null
run app 'WORKERS.each { |worker| worker.ask("SHOP.pay(0)") }; SHOP.pay(0)' >/dev/null
# A worker born while the parent is traced has its wrapper until its first call.
run app 'await { states == "parent 1 workers 0 0 0 0 0" }' >/dev/null
stop parent
expect_equal 'only the parent' "@[$(pid_of app)]: 1" "$(grep '^@' "$(out_of parent)")"
run app 'await { states == "parent 0 workers 0 0 0 0 0" }' >/dev/null

start_tracer all bpftrace -e "usdt:$path:checkout:pay { @[pid] = count(); }"
run app 'await { states == "parent 1 workers 1 1 1 1 1" }' >/dev/null
wait_tracer all
run app 'WORKERS << Worker.new; await { WORKERS.last.ask("wrapped?(:pay)") == "true" }' >/dev/null
run app 'WORKERS.each { |worker| worker.ask("SHOP.pay(0)") }; SHOP.pay(0)' >/dev/null
stop all
expect_equal 'all of them, and the one born meanwhile' 7 "$(grep -c '^@\[[0-9]*\]: 1$' "$(out_of all)")"
run app 'await { states == "parent 0 workers 0 0 0 0 0 0" }' >/dev/null
