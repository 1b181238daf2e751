#!/bin/bash
# SPDX-License-Identifier: MIT
# values.sh COUNT: values of any kind are fired through every type while a tracer is attached. The program lives, none
# of its methods is called, and what does not fit is not fired: an Integer is no string.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/values.rb"
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::values:* { @hits = count(); }'
run app 'await { [*Values::PROBES.values, *Values::PAIRS.values].all?(&:enabled?) }' >/dev/null
wait_tracer trace
expect_equal 'an Integer, a Float, an object for a string' 'false false false true' \
    "$(run app '[42, 1.5, Values::Own.new, "text"].map { |value| Values::PROBES[:string].fire(value) }.join(" ")')"
seed=${RANDOM_SEED:-$RANDOM}
# shellcheck disable=SC2034 # of lib.sh
wait_limit=100
answer=$(run app "Values.fire($1, $seed)")
expect_match "values (seed $seed)" '^[1-9][0-9]+ of [0-9]+, 0 wrong$' "$answer"
stop trace
expect_equal 'hits' "@hits: $((${answer%% *} + 1))" "$(grep hits "$(out_of trace)")"
