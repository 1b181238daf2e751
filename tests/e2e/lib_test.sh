#!/bin/bash
# SPDX-License-Identifier: MIT
# The helper itself: a test that fails leaves nothing behind, shows what was printed, and says so by
# its status; a test that lacks something is skipped, or fails where it must not be.
# shellcheck disable=SC2016 # the inner tests expand their own variables
source "$(dirname "$0")/lib.sh"
need root tracefs /usr/bin/python3

# try STATUS LINES-OF-A-TEST: runs them as a test of their own; what it prints is in $said.
try() {
    local status=0
    printf 'source %q/lib.sh\n%s\n' "$(dirname "$0")" "$2" >"$work/inner.sh"
    said=$(TMPDIR=$work USDT_DYN_TEST_WAIT=1 bash "$work/inner.sh" 2>&1) || status=$?
    expect_equal "the status of: $2" "$1" "$status"
}

# What a test leaves of itself: its folder, processes, tracefs instance, events.
left() {
    find "$work" -mindepth 1 -maxdepth 1 -name 'usdt-dyn-test.*'
    while read -r _ pid; do
        is_gone "$pid" || echo "process $pid"
        [[ ! -e $tracefs/instances/udyn_$pid ]] || echo "instance of $pid"
        grep "udyn_$pid/" $tracefs/uprobe_events || true
    done < <(grep -E '^pid [0-9]+$' <<<"$said")
}
nothing_is_left() { [[ -z $(left) ]]; }
# What was killed is gone a moment later.
expect_nothing_left() { # AFTER-WHAT
    try_for 5 nothing_is_left || fail "left after $1: $(left)"
}

programs='echo "pid $$"
start stubborn bash -c "trap : TERM INT; echo ready; while :; do read -r line; echo heard \$line; done"
wait_line stubborn ^ready
echo "pid $(pid_of stubborn)"
start_tracer tracer sleep 1000
echo "pid $(pid_of tracer)"
uprobe_add event /bin/cat:0x1000'

try 0 "$programs"
expect_nothing_left 'a test that passed'
try 1 "$programs"$'\ntell stubborn this; wait_line stubborn "heard this"; fail because'
expect_match 'the reason' '^FAIL: because' "$said"
expect_match 'what a program said' '^heard this' "$said"
expect_nothing_left 'a test that failed'
try 143 "$programs"$'\nkill -TERM $$; wait_for 5 false'
expect_nothing_left 'a test that was ended'

# Waiting has a limit, and an end that comes first is noticed.
try 1 'start app cat; wait_line app never'
expect_match 'no line' "^FAIL: app did not print a line like 'never'" "$said"
try 1 'start_tracer app true; wait_tracer app'
expect_match 'ended' '^FAIL: app has ended' "$said"
try 1 'wait_for 0 false'
try 0 'start app cat; expect_equal answer "x y" "$(ask app "x y" "^x")"'
try 1 'expect_equal colors "red" "blue"'
expect_match 'the difference' '^-red' "$said"
try 1 'expect_match colors "^blue$" "red"'
try 3 'run_tracer app bash -c "exit 3" || exit $?'

# A tracer that sleeps over its first signal is sent another one; what it does then is not cut short by a third, nor
# what a tracer does after the first that loses none.
try 0 'wait_limit=10
start_tracer deaf /usr/bin/python3 -uc "
import select, signal, sys, time
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
epoll = select.epoll()
while len(heard) < 2:
    epoll.poll(0.1)
time.sleep(1.5)
print(len(heard), flush=True)"
wait_tracer deaf; stop deaf; expect_equal signals 2 "$(cat "$(out_of deaf)")"'
try 0 'wait_limit=10
start_tracer slow /usr/bin/python3 -uc "
import select, signal
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
poll = select.poll()
while not heard:
    poll.poll(100)
for _ in range(15):
    poll.poll(100)
print(len(heard), flush=True)"
wait_tracer slow; stop slow; expect_equal signals 1 "$(cat "$(out_of slow)")"'

# One that hears no signal at all is killed, with what it has started.
try 0 'start_tracer hard bash -c "trap : TERM; sleep 1000 & echo \$\$ \$!; while :; do wait; done"
wait_line hard .
echo "pid ${answer% *}"; echo "pid ${answer#* }"; echo "pid $(pid_of hard)"'
expect_equal 'how many processes that was' 3 "$(grep -c '^pid [0-9]' <<<"$said")"
expect_nothing_left 'a tracer that was killed'

# What is missing.
try 77 'unset USDT_DYN_REQUIRE_TRACER; need no-such-tracer'
expect_match 'the reason of a skip' '^SKIP: no-such-tracer is not installed' "$said"
try 1 'USDT_DYN_REQUIRE_TRACER=1; need no-such-tracer'
