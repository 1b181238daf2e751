# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The target program of the end-to-end tests (target.c has its commands), on top of lib.sh.

source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# A shared file stays after its last process: it is kept where it goes with the test.
app_environment=()
[[ ${1:-} != shared ]] || app_environment=(USDT_DYN_DIR="$work")

# start_app NAME [VARIABLE=VALUE...]
start_app() {
    local name=$1
    shift
    start "$name" env "${app_environment[@]}" "$@" "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
    wait_line "$name" '^ok ready'
}

# act NAME COMMAND...: the program does it and says ok, or the test fails. What it says is in $answer.
act() {
    local name=$1
    shift
    ask_line "$name" "$*" '^(ok|error) '
    [[ $answer == 'ok '* ]] || fail "$name: $*: $answer"
    answer=${answer#ok }
}

# expect NAME ANSWER COMMAND...
expect() {
    act "$1" "${@:3}"
    expect_equal "$1: ${*:3}" "$2" "$answer"
}

# new_provider NAME PROVIDER BACKING [detect=site]
new_provider() {
    act "$1" provider "$2" "backing=$3" "${@:4}"
}

# attach TRACE NAME BPFTRACE-PROGRAM PROVIDER PROBE...: bpftrace on that process alone, until it has
# enabled the probes.
attach() {
    start_tracer "$1" bpftrace -p "$(pid_of "$2")" -e "$3"
    wait_attached "$1" "$2" "$4" "${@:5}"
    wait_tracer "$1"
}

# wait_attached TRACE NAME PROVIDER PROBE...
wait_attached() {
    local probe
    for probe in "${@:4}"; do
        wait_for "$wait_limit" is_enabled_or_ended "$1" "$2" "$3" "$probe"
        ! has_ended "$1" || fail "$1 has ended before $3:$probe was enabled"
    done
}

is_enabled_or_ended() { # TRACE NAME PROVIDER PROBE
    act "$2" enabled "$3" "$4"
    [[ $answer == 1 ]] || has_ended "$1"
}

# What a bpftrace program has printed, without what bpftrace says itself.
printed() {
    grep -Ev '^(Attaching [0-9]+ probes?\.\.\.|)$' "$(out_of "$1")" || true
}

# What readelf finds of a probe: "SITE SEMAPHORE OPERANDS", the first two as hexadecimal numbers.
note_of() { # IMAGE PROVIDER PROBE
    readelf -nW "$1" | awk -v provider="$2" -v probe="$3" '
        /Provider:/ { p = $NF }
        /Name:/ { n = $2 }
        /Location:/ { site = $2; sub(",", "", site); semaphore = $6 }
        /Arguments:/ && p == provider && n == probe {
            sub(/^ *Arguments: */, ""); print site, semaphore, $0
        }'
}
