#!/bin/bash
# SPDX-License-Identifier: MIT
# A method with trace_arguments is given what a Rails program has: no query is made for it, and what Rails filters
# is not shown.
source "$(dirname "$0")/lib.sh"
need root bpftrace
export BPFTRACE_STRLEN=192

make_app
start app ruby -rrails "$here/../target.rb" "$here/app.rb" "$here/report.rb"
wait_line app '^ok ready'
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::report:about { printf("about %s\n", str(arg2)); }'
run app 'await { REPORT.method(:about).owner.inspect.include?("Arguments") }' >/dev/null
wait_tracer trace
expect_equal 'queries' '0 1' "$(run app 'queries_for { REPORT.about(Order.where(name: "anna")) }')"
expect_equal 'queries' '0 0' "$(run app 'queries_for { REPORT.about(Order.new, nickname: 1, card: { number: 1, kind: 2 }, to: "anna@example.org") }')"
wait_line trace '^about #<Order obj'
stop trace
expect_equal 'arguments' 'about #<Order::ActiveRecord_Relation object_id=N>
about #<Order object_id=N>, nickname: ?, card: {number: ?, kind: 2}, to: "?"' \
    "$(grep '^about' "$(out_of trace)" | sed 's/object_id=[0-9]*/object_id=N/')"
