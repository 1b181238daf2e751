# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# How every end-to-end test starts programs and tracers. A test begins with
#
#   source "$(dirname "$0")/lib.sh"        # its own path to this file
#   need root tracefs bpftrace             # else the test is skipped
#
# and then
#
#   start app ./my-program argument        # background; stdin is a pipe, stdout and stderr are files
#   wait_line app '^ready'                 # until a line of its stdout matches
#   tell app 'fire 3'; ask app 'enabled?' '^enabled'
#   start_tracer trace bpftrace -p "$(pid_of app)" -e '...'
#   wait_for 10 some command               # until a command succeeds
#   stop trace                             # SIGINT, as Ctrl-C does, and wait for its end
#   expect_equal 'what was seen' "$expected" "$(cat "$(out_of trace)")"
#
# Nothing sleeps for a fixed time: every wait has a condition and a limit. When the test ends, however it ends,
# everything it started is ended by its process id, and its tracefs instance and uprobe events are
# removed. When it fails, all that was printed by the programs it started is shown.

set -euo pipefail

# Seconds that a single wait may take, and that a tracer may run in all.
wait_limit=${USDT_DYN_TEST_WAIT:-20}
tracer_limit=90

work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-test.XXXXXX")
tracefs=/sys/kernel/tracing
instance=$tracefs/instances/udyn_$$ # of this test alone
event_group=udyn_$$                 # likewise

declare -A pids=() ends=() # by name: the process, and our end of its stdin
started=()                 # the names in their order
events=()                  # uprobe events that were made

# ---- What a test needs ------------------------------------------------------------------------

# Ends the test as skipped, or as failed where a skip must not happen.
skip() {
    echo "SKIP: $*" >&2
    [[ ${USDT_DYN_REQUIRE_TRACER:-} == 1 ]] && exit 1
    exit 77
}

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# need root|tracefs|COMMAND...
need() {
    local thing
    for thing in "$@"; do
        case $thing in
        root) [[ $(id -u) == 0 ]] || skip 'tracers need root' ;;
        tracefs) need_tracefs ;;
        *) command -v "$thing" >/dev/null || skip "$thing is not installed" ;;
        esac
    done
}

need_tracefs() {
    [[ -e $tracefs/uprobe_events ]] || mount -t tracefs tracefs $tracefs 2>/dev/null || true
    [[ -w $tracefs/uprobe_events ]] || skip 'the kernel has no uprobe events, or they may not be written'
}

# ---- Waiting and comparing --------------------------------------------------------------------

# try_for SECONDS COMMAND...: runs the command until it succeeds.
try_for() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift
    until "$@"; do
        ((${EPOCHREALTIME/[.,]/} < end)) || return 1
        sleep 0.02
    done
}

# The same, and the test fails if it never does.
wait_for() {
    try_for "$@" || fail "after $1 s still not: ${*:2}"
}

expect_equal() {
    [[ $2 == "$3" ]] && return
    diff -u --label expected --label seen <(printf '%s\n' "$2") <(printf '%s\n' "$3") >&2 || true
    fail "$1: not as expected"
}

# expect_match WHAT REGEX TEXT: some line of the text matches.
expect_match() {
    grep -Eq -- "$2" <<<"$3" || fail "$1: no line matches '$2' in:"$'\n'"$3"
}

# ---- Programs ---------------------------------------------------------------------------------

pid_of() { echo "${pids[$1]}"; }
out_of() { echo "$work/$1.out"; }
err_of() { echo "$work/$1.err"; }
is_running() { kill -0 "${pids[$1]}" 2>/dev/null; }

# The descriptors to the stdin of other programs must not be inherited: a program sees the end of
# its stdin when this test is gone, even if it was killed.
run_alone() {
    local end
    for end in "${ends[@]}"; do
        exec {end}>&-
    done
    exec "$@"
}

register() { # NAME PID
    pids[$1]=$2
    started+=("$1")
}

# start NAME COMMAND...: in the background, with a pipe as its stdin.
start() {
    local name=$1 end
    shift
    rm -f "$work/$name.in"
    mkfifo "$work/$name.in"
    exec {end}<>"$work/$name.in"
    run_alone "$@" <"$work/$name.in" {end}>&- >"$work/$name.out" 2>"$work/$name.err" &
    register "$name" $!
    ends[$name]=$end
}

# start_tracer NAME COMMAND...: a tracer never gets a terminal, nor more than its time.
start_tracer() {
    local name=$1
    shift
    run_alone timeout -s KILL $tracer_limit "$@" </dev/null >"$work/$name.out" 2>"$work/$name.err" &
    register "$name" $!
}

# run_tracer NAME COMMAND...: in the foreground; its exit status is returned.
run_tracer() {
    start_tracer "$@"
    wait_end "$1"
}

tell() { # NAME LINE
    printf '%s\n' "$2" >&"${ends[$1]}"
}

# Closes the stdin of a program.
close_stdin() {
    local end=${ends[$1]}
    unset "ends[$1]"
    exec {end}>&-
}

line_matches() { # NAME REGEX FROM-LINE
    tail -n "+$3" "$work/$1.out" | grep -Eq -- "$2"
}

has_line_or_ended() {
    line_matches "$@" || ! is_running "$1"
}

# wait_line NAME REGEX [FROM-LINE]
wait_line() {
    local from=${3:-1}
    try_for "$wait_limit" has_line_or_ended "$1" "$2" "$from" || true
    line_matches "$1" "$2" "$from" || fail "$1 did not print a line like '$2'"
}

# ask NAME LINE REGEX: tells it the line and prints the first line of the answer that matches.
ask() {
    local from
    from=$(($(wc -l <"$work/$1.out") + 1))
    tell "$1" "$2"
    wait_line "$1" "$3" "$from"
    tail -n "+$from" "$work/$1.out" | grep -Em1 -- "$3"
}

# wait_end NAME: until it has ended by itself; returns its exit status.
wait_end() {
    local status=0
    wait_for $tracer_limit has_ended "$1"
    wait "${pids[$1]}" || status=$?
    return "$status"
}

# A process that has ended and was not waited for yet is a zombie to kill -0.
has_ended() {
    local state
    state=$(ps -o state= -p "${pids[$1]}" 2>/dev/null) || return 0
    [[ $state == Z* ]]
}

# stop NAME [SIGNAL]: ends it and waits for its end.
stop() {
    kill "-${2:-INT}" "${pids[$1]}" 2>/dev/null || true
    try_for "$wait_limit" has_ended "$1" || fail "$1 does not end on SIG${2:-INT}"
    wait "${pids[$1]}" 2>/dev/null || true
}

# ---- tracefs without any tool -----------------------------------------------------------------

# uprobe_add NAME PLACE-AND-ARGUMENTS: an event of this test, not enabled yet.
uprobe_add() {
    echo "p:$event_group/$1 $2" >>$tracefs/uprobe_events
    events+=("$1")
    [[ -d $instance ]] || mkdir "$instance"
}

uprobe_enable() { # NAME 0|1
    echo "$2" >"$instance/events/$event_group/$1/enable"
}

# The events so far, one a line: "NAME: (address) fields".
uprobe_trace() {
    sed -n 's/^.*: \([a-zA-Z_][a-zA-Z0-9_]*: (0x.*\)$/\1/p' "$instance/trace"
}

remove_events() {
    local event
    for event in "${events[@]}"; do
        [[ -d $instance ]] && uprobe_enable "$event" 0
        echo "-:$event_group/$event" >>$tracefs/uprobe_events
    done
    [[ ! -d $instance ]] || rmdir "$instance"
}

# ---- The end ----------------------------------------------------------------------------------

# timeout(1) leads a process group of its own with the tracer in it.
kill_hard() {
    kill -KILL "${pids[$1]}" 2>/dev/null || true
    kill -KILL -- "-${pids[$1]}" 2>/dev/null || true
}

end_all() {
    local name
    for name in "${started[@]}"; do
        has_ended "$name" || kill -TERM "${pids[$name]}" 2>/dev/null || true
    done
    for name in "${started[@]}"; do
        try_for 5 has_ended "$name" || kill_hard "$name"
    done
}

show_all() {
    local file
    for file in "$work"/*.out "$work"/*.err; do
        [[ -s $file ]] || continue
        echo "--- ${file##*/}"
        tail -n 200 "$file"
    done >&2
}

clean_up() {
    local status=$?
    trap - EXIT
    set +e
    end_all
    remove_events
    [[ $status == 0 || $status == 77 ]] || show_all
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
