#!/bin/bash
# SPDX-License-Identifier: MIT
# trace of strings: no length loses an event or makes the kernel warn, and what is cut is told.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")
as=()
for number in {0..11}; do as+=(--as "sdt:*:arg$number=string"); done

trace() { # NAME OPTION...
    local name=$1
    shift
    start_tracer "$name" "$command" trace -p "$(pid_of app)" "${as[@]}" "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
warnings() { dmesg | grep -c 'WARNING.*trace_uprobe' || true; }
strings() { "$here/strings.py" <"$(out_of "$1")"; }
fire() { ask app "$*" '^done' >/dev/null; }
expected=''
expect() { # WHAT SEEN: by both probes of that name
    expected+="sdt:$1 ${2% }"$'\n'"own:$1 ${2% }"$'\n'
}
expect_sdt() { expected+="sdt:one $1"$'\n'; }

# Traces the probes of that name as JSON and as text.
both() {
    trace "json-$1" "$1" --json
    trace "text-$1" "$1"
}
compare() { # NAME
    stop "json-$1"
    stop "text-$1"
    expect_equal "$1 as JSON" "${expected%$'\n'}" "$(strings "json-$1")"
    expect_equal "$1 as text" "${expected%$'\n'}" "$(strings "text-$1")"
    expected=''
}

# The further pieces of a trace's strings, 1 for each event of them that is on.
pieces() {
    local run
    run=$(pgrep -P "$(pid_of "$1")")
    cat "$tracefs/instances/usdt-dyn.$run/events/usdt_dyn_$run"/s?/enable 2>/dev/null | tr -d '\n'
}
pieces_are() { [[ $(pieces "$1") == "$2" ]]; }

# The kernel warns once after it has started; where it may be, that is taken back.
echo 1 2>/dev/null >/sys/kernel/debug/clear_warn_once || true
before=$(warnings)
start app "$USDT_DYN_BUILD/tests/cli/usdt-dyn-strings"
wait_line app '^ready'
both one

# --- nothing is asked of the kernel that has no bound
expect_equal 'strings are asked of the kernel' '' \
    "$(grep "usdt_dyn_$(pgrep -P "$(pid_of json-one)")/" $tracefs/uprobe_events | grep :string || true)"

# --- one string takes up to 4,096 bytes
for length in 0 1 31 32 33 63 64 65 255 256 257 2000 3199 3200 3201 4039 4040 4095; do
    fire one $length
    expect one $length
done
for length in 4096 5000 100000; do
    fire one $length
    expect one '4096*'
done
# --- a character is not cut in two
fire umlauts 1000
expect one 1000
fire umlauts 5000
expect one '2048*'
# --- what can't be read ends a string
fire end 5000
expect_sdt '4096*'
for length in 4000 100 9 8 7 1; do
    fire end $length
    expect_sdt $length
done
for address in 0 42; do
    fire at $address
    expect_sdt NULL
done
for address in 0x10000 0x7ffffffff000 0x4141414141414141 -1 -4096; do
    fire at $address
    expect_sdt 0
done
compare one

# --- so does each of several, and however many are long, Ctrl-C ends it at once
both two
fire two 3000
expect two '3000 2999'
fire two 5000
expect two '4096* 4096*'
compare two
both twelve
lengths() { for _ in {1..12}; do printf ' %s' "$1"; done; }
for length in 31 1000 4095 4096; do
    fire twelve $length
    expect twelve "$(lengths ${length/4096/4096*} | cut -c 2-)"
done
stopping=${EPOCHREALTIME/[.,]/}
stop json-twelve
ended=$(((${EPOCHREALTIME/[.,]/} - stopping) / 1000))
echo "Ctrl-C ended the trace of 24 long strings in $ended ms"
((ended < 1000)) || fail 'Ctrl-C takes too long'
compare twelve

# --- pieces that were not needed for long are given up; the next string that needs them is cut and has them again
trace adapt sdt:one --json
expect_equal 'the pieces at first' 11 "$(pieces adapt)"
fire many 100
wait_for "$wait_limit" pieces_are adapt 00
fire one 100
wait_for "$wait_limit" pieces_are adapt 11
fire one 4000
# --- where a string can't be read they are given up at once, and there is one at most if that was so often
fire null 2
wait_for "$wait_limit" pieces_are adapt 00
fire one 4000
wait_for "$wait_limit" pieces_are adapt 11
for _ in {3..16}; do
    fire one 4000
    fire null 1
done
wait_for "$wait_limit" pieces_are adapt 10
fire one 4000
stop adapt
expect_equal 'all that was shown' "$(
    printf 'sdt:one 2\n%.0s' {1..100}
    printf 'sdt:one %s\n' '32*' 4000 NULL NULL '32*'
    for _ in {3..16}; do printf 'sdt:one %s\n' 4000 NULL; done
    echo 'sdt:one 160*'
)" "$(strings adapt)"
expect_equal 'what the kernel warned of' "$before" "$(warnings)"
