#!/bin/bash
# SPDX-License-Identifier: MIT
# What changes under a trace: a provider that is loaded later and an exec are told of, or traced; a zombie among the
# processes keeps nobody waiting.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs /usr/bin/python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn

trace() { # NAME OPTION...
    local name=$1
    shift
    start_tracer "$name" "$command" trace "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
words() { grep -v 'Ctrl-C ends it' "$(err_of "$1")" || true; }
load() { # PROVIDER
    ask app "provider $1" '^ok' >/dev/null
    ask app "probe $1 paid int64" '^ok' >/dev/null
    ask app "load $1" '^ok' >/dev/null
}

# --- a provider that is loaded later: if it matches, and once
start app "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
load shop
trace later -p "$(pid_of app)" 'sh*:*'
load garage
load shoes
wait_for 10 grep -q 'restart the trace' "$(err_of later)"
ask app 'fire shop paid 1' '^ok' >/dev/null
stop later
expect_equal 'what is said of a provider that is loaded later' \
    "usdt-dyn: process $(pid_of app) now has 1 more probe that matches: restart the trace to include it" "$(words later)"
expect_equal 'what was traced all the time' 1 "$(grep -c shop:paid "$(out_of later)")"

# --- an exec: of a program without these probes, and of one that has them, by another thread
program='
import gc, os, sys, threading
gc.disable()
print("ready", flush=True)
for line in sys.stdin.buffer.raw:
    what = line.decode().split()
    if what[0] == "collect":
        gc.collect(int(what[1]))
    if what[0] == "exec":
        thread = threading.Thread(target=os.execv, args=(what[1], what[1:]))
        thread.start()
        thread.join()
    if what[0] == "again":
        thread = threading.Thread(target=os.execv, args=(sys.executable, ["python3", "-c", sys.argv[1], sys.argv[1]]))
        thread.start()
        thread.join()'
start other /usr/bin/python3 -c "$program" "$program"
wait_line other '^ready'
trace exec -p "$(pid_of other)" python:gc__start
tell other again
wait_line other '^ready' 2
traced_again() {
    tell other 'collect 1'
    grep -q 'gc__start' "$(out_of exec)"
}
wait_for 10 traced_again
expect_equal 'what is said of an exec that is traced on' '' "$(words exec)"
tell other 'exec /bin/sleep 60'
wait_for 10 grep -q 'as after an exec' "$(err_of exec)"
stop exec
expect_equal 'what is said of an exec' \
    "usdt-dyn: process $(pid_of other) no longer has any of the traced probes, as after an exec" \
    "$(words exec)"

# --- a process that ends as soon as it has forked: its child is waited for
start parting /usr/bin/python3 -c '
import gc, os, sys, time
gc.disable()
print("ready", flush=True)
sys.stdin.readline()
if os.fork() > 0:
    os._exit(0)
time.sleep(0.5)
gc.collect(2)
os._exit(0)'
wait_line parting '^ready'
trace child -p "$(pid_of parting)" python:gc__start --children
tell parting go
wait_end child || fail 'the child of a process that has ended: not 0'
expect_equal 'what the child fired' 1 "$(grep -c 'gc__start arg0=2' "$(out_of child)")"

# --- a zombie
start parent /usr/bin/python3 -c '
import os, sys
child = os.fork()
if child == 0:
    os._exit(0)
os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print("zombie", child, flush=True)
sys.stdin.read()'
wait_line parent '^zombie'
trace zombie -p "$(sed -n 's/^zombie //p' "$(out_of parent)")" -p "$(pid_of app)" --children
ask app 'fire shop paid 2' '^ok' >/dev/null
close_stdin app
try_for 10 has_ended zombie || fail 'a zombie keeps it from its end'
wait_end zombie || fail 'with a zombie: not 0'
expect_equal 'what came beside a zombie' 1 "$(grep -c shop:paid "$(out_of zombie)")"
