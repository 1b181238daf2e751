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
#   wait_tracer trace                      # until it has attached and waits for events
#   wait_for 10 some command               # until a command succeeds
#   stop trace                             # SIGINT, as Ctrl-C does, and wait for its end
#   expect_equal 'what was seen' "$expected" "$(cat "$(out_of trace)")"
#
# Nothing sleeps for a fixed time: every wait has a condition and a limit. When the test ends, however
# it ends, everything it started is ended by its process id, and its tracefs instance and uprobe
# events are removed. When it fails, all that was printed by the programs it started is shown.
#
# What is done over and over again here starts no processes: that would be most of a test's time.

set -euo pipefail

# Programs and tracers print the same in every language; a fresh machine has set none.
export LC_ALL=C.UTF-8

# Seconds that a single wait may take, and that a tracer may run in all.
wait_limit=${USDT_DYN_TEST_WAIT:-30}
tracer_limit=90

work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-test.XXXXXX")
tracefs=/sys/kernel/tracing
instance=$tracefs/instances/udyn_$$ # of this test alone
event_group=udyn_$$                 # likewise

declare -A pids=() ends=() # by name: the process, and our end of its stdin
started=()                 # the names in their order
events=()                  # uprobe events that were made, GROUP/NAME
answer=''                  # the line that was last waited for
exec {idle}<> <(:)         # nothing ever comes here: to wait without a process

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

# Has this root mount namespaces of its own? In a chroot "/" is no mount point as a rule, and the paths in
# another namespace's /proc/PID/maps begin outside.
has_namespaces() {
    [[ /proc/1/root/. -ef / ]] && unshare -m --propagation private true 2>/dev/null && return
    echo "a chroot, or no mount namespaces: what needs one is left out" >&2
    return 1
}

# ---- Waiting and comparing --------------------------------------------------------------------

# try_for SECONDS COMMAND...: runs the command until it succeeds.
try_for() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift
    until "$@"; do
        ((${EPOCHREALTIME/[.,]/} < end)) || return 1
        read -rt 0.01 -u "$idle" || true
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

# The descriptors to the stdin of other programs must not be inherited: a program sees the end of
# its stdin when this test is gone, even if it was killed.
run_alone() {
    local end
    for end in "${ends[@]}"; do
        exec {end}>&-
    done
    exec "$@"
}

# Its output is there to be read before it is.
prepare() { # NAME
    : >"$work/$1.out" 2>"$work/$1.err"
}

register() { # NAME PID
    pids[$1]=$2
    started+=("$1")
}

# start NAME COMMAND...: in the background, with a pipe as its stdin.
start() {
    local name=$1 end
    shift
    prepare "$name"
    rm -f "$work/$name.in"
    mkfifo "$work/$name.in"
    exec {end}<>"$work/$name.in"
    run_alone "$@" <"$work/$name.in" {end}>&- >"$work/$name.out" 2>"$work/$name.err" &
    register "$name" $!
    ends[$name]=$end
}

# start_tracer NAME COMMAND...: a tracer never gets a terminal, nor more than its time. Without --foreground
# timeout(1) would also signal its process group, and ignore that signal from then on: only the first would arrive.
start_tracer() {
    local name=$1
    shift
    prepare "$name"
    # A shell has its background processes ignore SIGINT, and timeout(1) of coreutils 9.10 keeps to that.
    {
        trap - INT
        run_alone timeout --foreground -s KILL $tracer_limit "$@"
    } </dev/null >"$work/$name.out" 2>"$work/$name.err" &
    register "$name" $!
}

# Is the tracer in one of these system calls?
is_in_call() { # NAME NUMBER...
    local pid=${pids[$1]} child='' call=''
    # The first of the two files does not end in a newline, which is an error to read.
    { read -r child _ <"/proc/$pid/task/$pid/children"; } 2>/dev/null || true
    { read -r call _ <"/proc/$child/syscall"; } 2>/dev/null || true
    [[ " ${*:2} " == *" $call "* ]]
}

# epoll_wait(2) and its variants, poll(2) and ppoll(2).
epoll_calls=(22 441) poll_calls=(73)
[[ $HOSTTYPE != x86_64 ]] || { epoll_calls=(232 281 441) poll_calls=(7 271); }

# bpftrace is in one of them when it has attached to all and waits for events. A semaphore goes up a moment earlier
# than events come through.
is_waiting() { # NAME
    is_in_call "$1" "${epoll_calls[@]}" "${poll_calls[@]}"
}

# Waits until it is; the test fails if the tracer ends instead.
wait_tracer() { # NAME
    wait_for "$wait_limit" is_waiting_or_ended "$1"
    ! has_ended "$1" || fail "$1 has ended before it was attached"
}

is_waiting_or_ended() {
    is_waiting "$1" || has_ended "$1"
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

# Puts the first line that matches into $answer.
line_matches() { # NAME REGEX FROM-LINE
    local lines
    mapfile -t -s "$(($3 - 1))" lines <"$work/$1.out"
    for answer in "${lines[@]}"; do
        [[ $answer =~ $2 ]] && return
    done
    return 1
}

has_line_or_ended() {
    line_matches "$@" || has_ended "$1"
}

# wait_line NAME REGEX [FROM-LINE]
wait_line() {
    local from=${3:-1}
    try_for "$wait_limit" has_line_or_ended "$1" "$2" "$from" || true
    line_matches "$1" "$2" "$from" || fail "$1 did not print a line like '$2'"
}

# ask_line NAME LINE REGEX: tells it the line and puts the first line of the answer that matches
# into $answer.
ask_line() {
    local lines
    mapfile -t lines <"$work/$1.out"
    tell "$1" "$2"
    wait_line "$1" "$3" "$((${#lines[@]} + 1))"
}

# The same, and prints it.
ask() {
    ask_line "$@"
    printf '%s\n' "$answer"
}

# wait_end NAME: until it has ended by itself; returns its exit status.
wait_end() {
    local status=0
    wait_for $tracer_limit has_ended "$1"
    wait "${pids[$1]}" || status=$?
    return "$status"
}

# A process that has ended and was not waited for yet is a zombie.
is_gone() { # PID
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    [[ ${stat##*) } == [ZX]* ]]
}

has_ended() { # NAME
    is_gone "${pids[$1]}"
}

# What a process and its children are doing, for a test that waits for them in vain.
where_is() { # PID
    ps -o pid,stat,wchan:32,args -p "$1" || true
    ps -o pid,stat,wchan:32,args --no-headers --ppid "$1" || true
}

# stop NAME [SIGNAL]: ends it and waits for its end. bpftrace looks whether a signal came and then waits for events,
# in epoll_wait(2), and sleeps over one that comes between the two. So one that still waits there gets it again. A
# tracer that detaches or prints does not, nor one that loses no signal, as a second one would cut it short.
stop() {
    local signal=${2:-INT} seconds
    kill "-$signal" "${pids[$1]}" 2>/dev/null || true
    for ((seconds = 0; seconds < wait_limit; seconds++)); do
        try_for 1 has_ended "$1" && break
        ! is_in_call "$1" "${epoll_calls[@]}" || kill "-$signal" "${pids[$1]}" 2>/dev/null || true
    done
    has_ended "$1" || fail "$1 does not end on SIG$signal:"$'\n'"$(where_is "${pids[$1]}")"
    wait "${pids[$1]}" 2>/dev/null || true
}

# ---- tracefs without any tool -----------------------------------------------------------------

# uprobe_add NAME PLACE-AND-ARGUMENTS: an event of this test, not enabled yet.
uprobe_add() {
    echo "p:$event_group/$1 $2" >>$tracefs/uprobe_events
    events+=("$event_group/$1")
    [[ -d $instance ]] || mkdir "$instance"
}

uprobe_enable() { # NAME 0|1
    echo "$2" >"$instance/events/$event_group/$1/enable"
}

# The events so far, one a line: "NAME: (address) fields".
uprobe_trace() {
    sed -n 's/^.*: \([a-zA-Z_][a-zA-Z0-9_]*: (0x.*\)$/\1/p' "$instance/trace"
}

uprobe_has_events() { # COUNT
    [[ $(uprobe_trace | wc -l) -ge $1 ]]
}

remove_events() {
    local event
    for event in "${events[@]}"; do
        grep -q ":$event " $tracefs/uprobe_events || continue
        [[ ! -d $instance ]] || echo 0 >"$instance/events/$event/enable"
        echo "-:$event" >>$tracefs/uprobe_events
    done
    [[ ! -d $instance ]] || rmdir "$instance"
}

# ---- The end ----------------------------------------------------------------------------------

# The process and all below it: a tracer is a child of timeout(1), and may have children.
add_tree() { # PID
    local file child children
    tree+=("$1")
    for file in "/proc/$1/task"/*/children; do
        children=()
        # The file does not end in a newline, which is an error to read.
        { read -ra children <"$file"; } 2>/dev/null || true
        for child in "${children[@]}"; do
            add_tree "$child"
        done
    done
}

kill_hard() { # NAME
    local tree=()
    add_tree "${pids[$1]}"
    kill -KILL "${tree[@]}" 2>/dev/null || true
}

end_all() {
    local name
    for name in "${started[@]}"; do
        has_ended "$name" || kill -TERM "${pids[$name]}" 2>/dev/null || true
    done
    for name in "${started[@]}"; do
        try_for "$((wait_limit < 5 ? wait_limit : 5))" has_ended "$name" || kill_hard "$name"
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
