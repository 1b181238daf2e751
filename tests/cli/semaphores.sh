#!/bin/bash
# SPDX-License-Identifier: MIT
# A hundred attaches and detaches on a process whose threads fire all the time: the semaphores end at 0.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs /usr/bin/python3
wait_limit=60

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
start app /usr/bin/python3 -uc '
import gc, sys, threading, time
def collect():
    while True:
        gc.collect(0)
        time.sleep(0.0005)
for _ in range(4):
    threading.Thread(target=collect, daemon=True).start()
print("ready")
sys.stdin.read()'
wait_line app '^ready'
pid=$(pid_of app)
for round in {1..100}; do
    if ((round % 10 == 0)); then
        # One that is killed: the next one takes its probes out of the kernel.
        start_tracer killed "$command" trace -p "$pid" 'python:gc__*'
        wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of killed)"
        kill -KILL "$(pgrep -P "$(pid_of killed)")"
        wait_end killed || true
    fi
    timeout --foreground -s KILL 60 "$command" trace -p "$pid" python:gc__start python:gc__done --count 3 \
        </dev/null >"$work/events" 2>"$work/errors" || fail "round $round: $(cat "$work/errors")"
    expect_equal "the events of round $round" 3 "$(wc -l <"$work/events")"
done
expect_equal 'who is traced after all' 0 \
    "$("$command" list -p "$pid" 'python:*' --json | grep -c '"enabled":true' || true)"
! has_ended app || fail 'the process did not live through it'
