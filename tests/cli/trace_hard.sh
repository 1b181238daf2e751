#!/bin/bash
# SPDX-License-Identifier: MIT
# trace where it is hard: children and threads, a run that is killed, ten thousand probes, a high rate.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs /usr/bin/python3 cc
wait_limit=60

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")

trace() { # NAME OPTION...
    local name=$1
    shift
    start_tracer "$name" "$command" trace "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
# The command itself is the child of timeout(1).
own_pid() { pgrep -P "$(pid_of "$1")"; }
left_behind() { # PID: what this run has in the kernel: a group of events, an instance
    grep -o "usdt_dyn_$1/" $tracefs/uprobe_events | sort -u | wc -l || true
    find $tracefs/instances -maxdepth 1 -name "usdt-dyn.$1" | wc -l
}

# --- children are left out, or asked for; the last of them ends it
# Debian's Python says which generation it collects. Its Ruby has no probes from Debian 13 on.
start family /usr/bin/python3 -uc '
import gc, os, sys, threading
gc.disable()
print("ready")
for line in sys.stdin:
    # A process, not a thread, and the thread of a process.
    if line == "fork\n":
        child = os.fork()
        if child == 0:
            gc.collect(1)
            os._exit(0)
        os.waitpid(child, 0)
    thread = threading.Thread(target=gc.collect, args=(0,))
    thread.start()
    thread.join()
    print("done")'
wait_line family '^ready'
pid=$(pid_of family)
trace parent -p "$pid" python:gc__start --json
trace all -p "$pid" python:gc__start --json --children
ask family fork '^done' >/dev/null
stop parent
seen() { # NAME: pid-is-the-parent's tid-is-the-pid generation
    python3 -c '
import json, sys
for line in sys.stdin:
    e = json.loads(line)
    print(e["pid"] == int(sys.argv[1]), e["tid"] == e["pid"], e["args"]["arg0"])' "$pid" <"$(out_of "$1")"
}
expect_match 'a thread of the parent' '^True False 0$' "$(seen parent)"
expect_equal 'the child is left out' '' "$(seen parent | grep False.True || true)"
expect_match 'the child' '^False True 1$' "$(seen all)"
expect_match 'the thread' '^True False 0$' "$(seen all)"
close_stdin family
wait_end all || fail 'the last of the family: not 0'

# --- a run that is killed leaves something, and the next run sweeps it
start app "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
ask app 'provider shop' '^ok' >/dev/null
ask app 'probe shop paid int64 string' '^ok' >/dev/null
ask app 'load shop' '^ok' >/dev/null
trace killed -p "$(pid_of app)"
trace alive -p "$(pid_of app)"
killed=$(own_pid killed)
alive=$(own_pid alive)
kill -KILL "$killed"
wait_end killed || true
expect_equal 'the killed run has left' '1
1' "$(left_behind "$killed")"
"$command" trace -p "$(pid_of app)" --duration 0.01 2>/dev/null || fail 'the next run'
expect_equal 'after the next run' '0
0' "$(left_behind "$killed")"
expect_equal 'a run that is alive keeps' '1
1' "$(left_behind "$alive")"
fire_long() { ask app "fire shop paid 1 $1" '^ok' >/dev/null; }
fire_long x3000
stop alive TERM
expect_equal 'SIGTERM cleans up' '0
0' "$(left_behind "$alive")"
expect_equal 'the semaphore after' 'ok 0' "$(ask app 'semaphore shop paid' '^')"
expect_equal 'a long string' 3000 "$(grep -o 'a1="[a-z]*' "$(out_of alive)" | tr -d '\n' | sed 's/a1="//' | wc -c)"

# --- ten thousand probes
"$here/many_probes.py" 10000 >"$work/many.s"
cc -o "$work/many program" "$work/many.s"
start many "$work/many program"
wait_line many '^ready'
# Ctrl-C while they are placed.
start_tracer placing "$command" trace -p "$(pid_of many)" 'many:*'
begun() { grep -q "usdt_dyn_$(own_pid placing)/e" $tracefs/uprobe_events 2>/dev/null; }
wait_for "$wait_limit" begun
placing=$(own_pid placing)
stopping=${EPOCHREALTIME/[.,]/}
kill -INT "$(pid_of placing)"
wait_end placing || fail 'Ctrl-C while probes are placed: not 0'
end=${EPOCHREALTIME/[.,]/}
echo "placing 10,000 probes: ended in $(((end - stopping) / 1000)) ms"
expect_equal 'it was in time' '' "$(cat "$(err_of placing)")"
expect_equal 'what it has left' '0
0' "$(left_behind "$placing")"
start=${EPOCHREALTIME/[.,]/}
trace ten_thousand -p "$(pid_of many)" 'many:*'
attached=${EPOCHREALTIME/[.,]/}
tell many ''
wait_for "$wait_limit" grep -q probe_9999 "$(out_of ten_thousand)"
stopping=${EPOCHREALTIME/[.,]/}
stop ten_thousand
end=${EPOCHREALTIME/[.,]/}
echo "10,000 probes: attached in $(((attached - start) / 1000)) ms, detached in $(((end - stopping) / 1000)) ms"
fired=$(grep -o 'many:probe_[0-9]*' "$(out_of ten_thousand)")
expect_equal 'each fired once' 10000 "$(sort -u <<<"$fired" | wc -l)"
expect_equal 'in their order' 'many:probe_0 many:probe_9999' "$(sed -n '1p;$p' <<<"$fired" | xargs)"
((attached - start < 30000000 && end - stopping < 30000000)) || fail 'ten thousand probes take too long'

# --- one site where the kernel places nothing hinders no other
"$here/many_probes.py" 40 | sed 's/\.8byte s1, /.8byte bad, /; $a .text\nbad: .byte 0x06' >"$work/bad.s"
cc -o "$work/bad" "$work/bad.s"
start bad "$work/bad"
wait_line bad '^ready'
trace most -p "$(pid_of bad)" --count 39
tell bad ''
wait_end most || fail 'all but one: not 0'
expect_match 'which it is' 'cannot attach to many:probe_1 at 0x' "$(cat "$(err_of most)")"
expect_equal 'all others' 39 "$(grep -o 'many:probe_[0-9]*' "$(out_of most)" | sort -u | wc -l)"
status=0
run_tracer none "$command" trace -p "$(pid_of bad)" probe_1 || status=$?
expect_equal 'it alone' 3 $status

# --- a hundred thousand events a second
start burst "$USDT_DYN_BUILD/tests/cli/usdt-dyn-burst" 100000 5
wait_line burst '^ready'
start_tracer full "$command" trace -p "$(pid_of burst)" --json
wait_end full || fail "the end of the burst: not 0"
expect_equal 'how many were fired' 500000 "$(sed -nE 's/^fired ([0-9]+) .*/\1/p' "$(out_of burst)")"
expect_equal 'how many came, each once and in order' 'True 500000' "$(python3 -c '
import json, sys
numbers = [json.loads(line)["args"]["number"] for line in sys.stdin]
print(numbers == list(range(len(numbers))), len(numbers))' <"$(out_of full)")"
expect_equal 'nothing is told lost' 0 "$(grep -c lost "$(err_of full)" || true)"
