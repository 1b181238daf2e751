#!/bin/bash
# SPDX-License-Identifier: MIT
# trace whose output nobody reads: Ctrl-C ends it, a reader that goes away too, and what comes late comes whole.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")

# A program that fires all the time, and one that never does.
start burst "$USDT_DYN_BUILD/tests/cli/usdt-dyn-burst" 50000 60
wait_line burst '^ready'
start quiet "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line quiet '^ok ready'
ask quiet 'provider shop' '^ok' >/dev/null
ask quiet 'probe shop paid int64' '^ok' >/dev/null
ask quiet 'load shop' '^ok' >/dev/null

trace() { # NAME KIND PROGRAM OPTION...
    local name=$1 kind=$2 program=$3
    shift 3
    start "$name" "$here/reader.py" "$kind" "$command" trace -p "$(pid_of "$program")" --json "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
attached() { "$command" list -p "$(pid_of "$1")" --json | grep -c '"enabled":true' || true; }
is_free() { [[ $(attached "$1") == 0 ]]; }
# What the reader is told to wait for may never happen: end its command too.
end_command() { kill -KILL "$(sed -n 's/^started //p' "$(out_of "$1")")" 2>/dev/null || true; }

for kind in pipe pty socket; do
    # --- full: Ctrl-C, with nobody who reads
    trace "full-$kind" $kind burst
    ask "full-$kind" full '^full' >/dev/null
    expect_equal "the flags of a $kind, which are everybody's" waits "$(ask "full-$kind" flags wait)"
    tell "full-$kind" int
    try_for 2 grep -q '^ended' "$(out_of "full-$kind")" || {
        end_command "full-$kind"
        fail "Ctrl-C does not end it while its $kind is full"
    }
    echo "$kind: $(grep ^ended "$(out_of "full-$kind")") ms"
    expect_match "the status with a full $kind" '^ended 0 ' "$(cat "$(out_of "full-$kind")")"
    expect_match "what a $kind did not get" 'before all events were shown' "$(cat "$(err_of "full-$kind")")"
    expect_equal "attached after Ctrl-C, $kind" 0 "$(attached burst)"
    close_stdin "full-$kind"

    # --- the reader goes away, and no event ever comes
    trace "gone-$kind" $kind quiet
    ask "gone-$kind" gone '^gone' >/dev/null
    tell "gone-$kind" wait
    try_for 5 grep -q '^ended' "$(out_of "gone-$kind")" || {
        end_command "gone-$kind"
        fail "a $kind that nobody reads any more is not noticed"
    }
    expect_match "the status with a closed $kind" '^ended 0 ' "$(cat "$(out_of "gone-$kind")")"
    expect_equal "attached after the reader of a $kind went" 0 "$(attached quiet)"
    close_stdin "gone-$kind"

    # --- a slow reader: after its time nothing is attached any more, and all that was seen can be read
    trace "slow-$kind" $kind burst --duration 0.3
    ask "slow-$kind" full '^full' >/dev/null
    try_for 5 is_free burst || {
        end_command "slow-$kind"
        fail "still attached while what was seen waits for a $kind"
    }
    ask_line "slow-$kind" events events
    echo "$kind: $answer"
    expect_match "what a slow reader of a $kind gets" '^[0-9]{4,} events, none missing' "$answer"
    expect_match "the status with a slow $kind" '^ended 0 ' "$(ask "slow-$kind" wait '^ended')"
    close_stdin "slow-$kind"
done
