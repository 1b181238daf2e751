#!/bin/bash
# SPDX-License-Identifier: MIT
# trace of a process that forks as fast as it can while it, its children and short-lived threads fire: nothing is
# lost, nothing of others is shown, and Ctrl-C ends it at once.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
forks=$USDT_DYN_BUILD/tests/cli/usdt-dyn-forks

# --- all of the parent and its threads; all of the children too if they are asked for
count=2000
for children in '' --children; do
    name=app$children
    start "$name" "$forks" $count
    wait_line "$name" '^ready'
    # shellcheck disable=SC2086 # no word if there is no option
    start_tracer "trace$children" "$command" trace -p "$(pid_of "$name")" --json $children
    wait_end "trace$children" || fail "trace $children: not 0"
    wait_line "$name" "^forked $count times, [0-9]+ threads, [0-9]+ with"
    read -r _ _ _ threads _ reused _ <<<"$answer"
    echo "$threads threads, $reused with the number of a child"
    expect_equal "events $children" "$(python3 -c '
import sys
count = int(sys.argv[1])
print("parent", list(range(count)) == list(range(count)), count)
print("thread", int(sys.argv[2]))
print("child", count if len(sys.argv) > 3 else 0)' $count "$threads" $children)" "$(python3 -c '
import json, sys
pid, numbers = int(sys.argv[1]), {"parent": [], "thread": [], "child": []}
for line in sys.stdin:
    event = json.loads(line)
    who = event["args"]["who"]
    # The process is told right, and a thread from its process.
    assert (event["pid"] == pid) == (who != "child"), event
    assert (event["tid"] == event["pid"]) == (who != "thread"), event
    numbers[who].append(event["args"]["number"])
print("parent", numbers["parent"] == list(range(len(numbers["parent"]))), len(numbers["parent"]))
print("thread", len(set(numbers["thread"])))
print("child", len(set(numbers["child"])))' "$(pid_of "$name")" <"$(out_of "trace$children")")"
    expect_equal "nothing is told lost $children" '' "$(grep lost "$(err_of "trace$children")" || true)"
done

# --- Ctrl-C and --duration, while it goes on and on
start endless "$forks" 1000000000
wait_line endless '^ready'
start_tracer busy "$command" trace -p "$(pid_of endless)" --json
wait_for "$wait_limit" grep -q '"number":1000}' "$(out_of busy)"
stopping=${EPOCHREALTIME/[.,]/}
stop busy
ended=$(((${EPOCHREALTIME/[.,]/} - stopping) / 1000))
echo "Ctrl-C ended it in $ended ms"
((ended < 2000)) || fail 'Ctrl-C takes too long'
start_tracer brief "$command" trace -p "$(pid_of endless)" --children --duration 0.5
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of brief)"
starting=${EPOCHREALTIME/[.,]/}
wait_end brief || fail '--duration: not 0'
lasted=$(((${EPOCHREALTIME/[.,]/} - starting) / 1000))
echo "--duration 0.5 lasted $lasted ms"
((lasted < 2500)) || fail '--duration lasts too long'
