#!/bin/bash
# SPDX-License-Identifier: MIT
# Helpers under bpftrace: latencies as measured inside, a method that raises, stacks, arguments; and
# the methods are as they were before and after.
source "$(dirname "$0")/lib.sh"
need root bpftrace
export BPFTRACE_STRLEN=128

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/shop.rb"
expect_equal 'before' 'false false' "$(run app 'SHOP.pay(0); [wrapped?(:pay), wrapped?(:ship)].join(" ")')"

# shellcheck disable=SC2016 # the $ is bpftrace's
start_tracer trace bpftrace -p "$(pid_of app)" -e '
    usdt::checkout:pay { printf("pay %s %d %d %d\n", str(arg1), arg0, arg2, arg3); }
    usdt::checkout:refuse_bang { printf("refuse %s %d\n", str(arg1), arg3); }
    usdt::checkout:ship { printf("stack %s\n", str(arg2)); }
    usdt::checkout:ship_arguments { printf("arguments %s\n", str(arg2)); }'
run app 'await { wrapped?(:pay) && wrapped?(:refuse!) && wrapped?(:ship) && probe("ship_arguments").enabled? }' >/dev/null
wait_tracer trace
run app 'SHOP.measured.clear; [0.0005, 0.002, 0.01].each { |time| SHOP.pay(time) }.size' >/dev/null
expect_match 'the error comes through' 'ArgumentError: too late' "$(ask app 'SHOP.refuse!("too late")' '^error')"
expect_equal 'a traced call' '["café", true]' "$(run app 'await { wrappers(:ship) == 2 }; SHOP.ship("café", express: true)')"
expect_equal 'queries' 0 "$(run app 'SHOP.ship(Relation.new, express: { to: "bo@example.org", pin: Relation, cvc: 1 }); Relation.queries')"
wait_line trace '^arguments #'
inside=$(run app 'SHOP.measured.join(" ")')
stop trace

expect_equal 'the method that raised' 'refuse refuse! 1' "$(grep '^refuse' "$(out_of trace)")"
expect_equal 'the arguments' 'arguments "café", express: true
arguments #<Relation object_id=N>, express: {to: "?", pin: Relation, cvc: ?}' \
    "$(grep '^arguments' "$(out_of trace)" | sed 's/object_id=[0-9]*/object_id=N/')"
expect_match 'the stack' '^stack \(eval[^)]*\):1:in' "$(grep '^stack' "$(out_of trace)")"
# Each duration that the probe told is the one measured inside, and at most half a millisecond more.
read -ra seen <<<"$inside"
mapfile -t told < <(grep '^pay pay ' "$(out_of trace)")
expect_equal 'calls' 3 "${#told[@]}"
for i in 0 1 2; do
    read -r _ _ overhead duration raised <<<"${told[$i]}"
    ((duration >= seen[i] && duration < seen[i] + 500000)) || fail "told $duration ns, measured ${seen[$i]} ns inside"
    ((overhead > 0 && raised == 0)) || fail "overhead $overhead, raised $raised"
done
expect_equal 'after' 'false false' "$(run app 'await { !wrapped?(:pay) && !wrapped?(:ship) }; [wrapped?(:pay), wrapped?(:ship)].join(" ")')"
