#!/bin/bash
# SPDX-License-Identifier: MIT
# In a pid namespace that is not the initial one trace and doctor refuse: the kernel would take a number for that of
# another process. From the initial one a process in such a namespace is traced by its number there.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs unshare
if ! unshare --pid --fork --mount-proc true 2>/dev/null; then
    ! has_namespaces || skip 'no pid namespace can be made'
    exit 0
fi
[[ $(stat -Lc %i /proc/self/ns/pid) == 4026531836 ]] || skip 'this is not the initial pid namespace'

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
# In a namespace of its own a program has some low number.
start app unshare --pid --fork --mount-proc --kill-child "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
ask app 'provider shop' '^ok' >/dev/null
ask app 'probe shop paid int64' '^ok' >/dev/null
ask app 'load shop' '^ok' >/dev/null

status=0
# shellcheck disable=SC2016 # the $ are the inner shell's
unshare --pid --fork --mount-proc bash -c '
    "$1" 10 60 & app=$!
    timeout --foreground -s KILL 20 "$0" trace -p $app --duration 1 </dev/null
    status=$?
    kill $app
    exit $status' "$command" "$USDT_DYN_BUILD/tests/cli/usdt-dyn-burst" >"$work/inside" 2>&1 || status=$?
expect_equal 'trace in a pid namespace' 3 $status
expect_match 'what it says' 'Run it on the host' "$(cat "$work/inside")"

status=0
unshare --pid --fork --mount-proc "$command" doctor >"$work/doctor" 2>&1 || status=$?
expect_equal 'doctor in a pid namespace' 3 $status
expect_match 'what doctor says' '^no +pids .*on the host' "$(cat "$work/doctor")"
expect_equal 'and what it does not try' '' "$(grep trial "$work/doctor" || true)"

child=$(pgrep -P "$(pid_of app)")
start_tracer outside "$command" trace -p "$child" shop:paid --count 1
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of outside)"
ask app 'fire shop paid 1' '^ok' >/dev/null
wait_end outside || fail 'from the host: not 0'
close_stdin app
expect_match 'from the host' " $child/$child usdt-dyn-target shop:paid a0=1" "$(cat "$(out_of outside)")"
