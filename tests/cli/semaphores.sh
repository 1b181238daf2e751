#!/bin/bash
# SPDX-License-Identifier: MIT
# A hundred attaches and detaches on a process whose threads fire all the time: the semaphores end at 0.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs ruby python3
wait_limit=60

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
# shellcheck disable=SC2016 # the $ is ruby's
start app ruby -e '$stdout.sync = true
    4.times { Thread.new { loop { [1, 2].first(2); "text".dup; sleep 0.0005 } } }
    puts "ready"; $stdin.read'
wait_line app '^ready'
pid=$(pid_of app)
for round in {1..100}; do
    if ((round % 10 == 0)); then
        # One that is killed: the next one takes its probes out of the kernel.
        start_tracer killed "$command" trace -p "$pid" 'ruby:*__create'
        wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of killed)"
        kill -KILL "$(pgrep -P "$(pid_of killed)")"
        wait_end killed || true
    fi
    timeout -s KILL 60 "$command" trace -p "$pid" 'ruby:array__create' 'ruby:string__create' --count 3 \
        </dev/null >"$work/events" 2>"$work/errors" || fail "round $round: $(cat "$work/errors")"
    expect_equal "the events of round $round" 3 "$(wc -l <"$work/events")"
done
expect_equal 'who is traced after all' 0 \
    "$("$command" list -p "$pid" 'ruby:*' --json | grep -c '"enabled":true' || true)"
is_running app || fail 'the process did not live through it'
