#!/bin/bash
# SPDX-License-Identifier: MIT
# trace on the probes of others, side by side with bpftrace: sys/sdt.h, Ruby, Python, the C++ library.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs bpftrace ruby /usr/bin/python3

# Two tracers a program: on a busy machine each takes its time to leave.
wait_limit=60
command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")
declare -A patterns_of=()

# both NAME BPFTRACE-PROGRAM PATTERNS OPTION...: attaches the two tracers to the program NAME.
both() {
    local patterns
    patterns_of[$1]=$3
    read -ra patterns <<<"$3"
    start_tracer "bpf-$1" bpftrace -p "$(pid_of "$1")" -e "$2"
    wait_for 60 are_attached "$1" "${patterns[@]}"
    wait_tracer "bpf-$1"
    start_tracer "own-$1" "$command" trace -p "$(pid_of "$1")" --json "${patterns[@]}" "${@:4}"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "own-$1")"
}
are_attached() {
    local probes
    probes=$("$command" list -p "$(pid_of "$1")" --json "${@:2}") || return 1
    ! grep -q '"enabled":false' <<<"$probes"
}

# compare NAME LAST-LINE [VALUES]: what both have seen. Others on this machine may trace other probes of Ruby or Python.
compare() {
    local patterns
    read -ra patterns <<<"${patterns_of[$1]}"
    wait_line "bpf-$1" "$2"
    stop "own-$1"
    stop "bpf-$1"
    expect_equal "the events of $1" "$(grep -v '^Attaching' "$(out_of "bpf-$1")" | grep .)" \
        "$("$here/values.py" "${3:-12}" <"$(out_of "own-$1")")"
    expect_equal "what $1 left attached" '' \
        "$("$command" list -p "$(pid_of "$1")" --json "${patterns[@]}" | grep '"enabled":true' || true)"
}

# has_probes NAME PROVIDER: does a file of the program NAME have such probes, as readelf sees it?
has_probes() {
    local files notes
    mapfile -t files < <(awk '$6 ~ "^/" { print $6 }' "/proc/$(pid_of "$1")/maps" | sort -u)
    notes=$(readelf -n "${files[@]}" 2>/dev/null) || true
    [[ $notes == *"Provider: $2"$'\n'* ]] || { echo "this $1 is built without probes" >&2 && return 1; }
}

# --- sys/sdt.h: every width and place, two sites of one probe, with and without semaphores
start sdt "$USDT_DYN_BUILD/tests/cli/usdt-dyn-sdt"
wait_line sdt '^ready'
# bpftrace up to 0.23 has six arguments; the program itself tells the rest.
# shellcheck disable=SC2016 # the $ is bpftrace's
both sdt 'usdt::sdt:guarded { printf("guarded %d %s\n", arg0, str(arg1)); }
    usdt::sdt:twice { printf("twice %ld\n", arg0); }
    usdt::sdt:wide { printf("wide %d %u %d %u %d %u\n", (int8)arg0, arg1, (int16)arg2, arg3, (int32)arg4, arg5); }
    usdt::sdt:empty { printf("empty\n"); }' 'guarded twice wide empty' --as sdt:guarded:arg1=string
start_tracer all "$command" trace -p "$(pid_of sdt)" --json 'sdt:*' --as wide:arg8=string
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of all)"
for word in one two three; do
    ask sdt $word '^done' >/dev/null
done
stop all
compare sdt '^wide -3' 6
expect_equal 'all widths' "$(grep ^wide "$(out_of sdt)")" "$("$here/values.py" <"$(out_of all)" | grep ^wide)"
expect_equal 'what the kernel cannot fetch' 3 "$("$here/values.py" <"$(out_of all)" | grep -c '^indexed $')"
expect_match 'and is said' 'sdt:indexed: the kernel .* arg0 from .*,8[)]' "$(cat "$(err_of all)")"
expect_equal 'how often' 1 "$(grep -c 'sdt:indexed' "$(err_of all)")"
close_stdin sdt

start double "$USDT_DYN_BUILD/tests/cli/usdt-dyn-sdt-double"
wait_line double '^ready'
start_tracer real "$command" trace -p "$(pid_of double)" --json --count 2
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of real)"
ask double one '^done' >/dev/null
ask double two '^done' >/dev/null
wait_end real || fail 'a double: not 0'
expect_equal 'a double' 'real 1.5 1
real 2.5 2' "$("$here/values.py" <"$(out_of real)")"
close_stdin double

# --- Ruby's own probes, which have semaphores
# shellcheck disable=SC2016 # the $ is ruby's
start ruby ruby -e '$stdout.sync = true; puts "ready"
    while $stdin.gets; [1, 2].first(2); "text".upcase; GC.start; Process.getpgrp; puts "done"; end'
wait_line ruby '^ready'
if has_probes ruby ruby; then # Debian 12's has them, 13's has not
    # shellcheck disable=SC2016 # the $ is bpftrace's
    both ruby 'usdt::ruby:array__create { printf("array__create %ld %s %d\n", arg0, str(arg1), arg2); }
        usdt::ruby:cmethod__entry { printf("cmethod__entry %s %s %s %d\n", str(arg0), str(arg1), str(arg2), arg3); }
        usdt::ruby:gc__mark__begin { printf("gc__mark__begin\n"); }' \
        'ruby:array__create ruby:cmethod__entry ruby:gc__mark__begin' \
        --as arg1=string --as 'cmethod__*:arg0=string' --as cmethod__entry:arg2=string
    ask ruby go '^done' >/dev/null
    compare ruby '^cmethod__entry IO gets '
    expect_match 'Ruby made an array' '^array__create 2 ' "$(cat "$(out_of bpf-ruby)")"
    expect_match 'Ruby collected' '^gc__mark__begin' "$(cat "$(out_of bpf-ruby)")"
fi
close_stdin ruby

# --- the C++ library of Debian
start throw "$USDT_DYN_BUILD/tests/cli/usdt-dyn-throw"
wait_line throw '^ready'
# shellcheck disable=SC2016 # the $ is bpftrace's
both throw 'usdt::libstdcxx:throw { printf("throw %lu %lu\n", arg0, arg1); }
    usdt::libstdcxx:catch { printf("catch %lu %lu\n", arg0, arg1); }' 'libstdcxx:throw libstdcxx:catch'
ask throw go '^done' >/dev/null
compare throw '^catch'
close_stdin throw

# --- Python of Debian
start python /usr/bin/python3 -ic ''
tell python 'print("ready", flush=True)' # its own start has audit events, too
wait_line python '^ready'
both python 'usdt::python:audit { printf("audit %s %lu\n", str(arg0), arg1); }' python:audit --as arg0=string
tell python 'import sys; sys.audit("shop.paid", 1); print("done", flush=True)'
wait_line python '^done'
compare python '^audit shop.paid'
