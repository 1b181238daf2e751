#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures everything that is said about speed, in one run.
#
#   tests/bench/run.sh             measures and prints; the figures go to build/bench/results.jsonl
#   tests/bench/run.sh --write     the same, and writes docs/performance.md with its plots
#   tests/bench/run.sh --quick     a hundredth of the work: only to see that it runs
#   tests/bench/run.sh PART...     only these parts: disabled, instructions, enabled, load
#
# Each part runs its cases in turn, round after round. A figure is the median of its rounds; what
# counts are the ratios, since the machine may be slow or busy. libstapsdt is measured beside this
# library if USDT_DYN_BENCH_LIBSTAPSDT is the path of a libstapsdt.so.
source "$(dirname "$0")/../e2e/lib.sh"

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${USDT_DYN_BUILD:-$root/build/bench}
bench=$build/tests/bench
write=
parts=()
tracer_limit=600

for argument in "$@"; do
    case $argument in
    --write) write=1 ;;
    --quick) export BENCH_QUICK=1 ;;
    *) parts+=("$argument") ;;
    esac
done
[[ ${#parts[@]} -gt 0 ]] || parts=(disabled instructions enabled load)

build_it() {
    # shellcheck source=tests/need.sh
    . "$root/tests/need.sh"
    need_packages gcc make cmake libelf-dev libcmocka-dev systemtap-sdt-dev bpftrace valgrind ruby \
        gnuplot-nox || true
    cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
        -DUSDT_DYN_BENCH_LIBSTAPSDT="${USDT_DYN_BENCH_LIBSTAPSDT:-}" >"$work/build.out"
    cmake --build "$build" --parallel >>"$work/build.out"
}

# Instructions of one pass, counted by valgrind, which repeat exactly: the difference of two runs.
count_instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench/bench-disabled" "$1" "$2" \
        2>&1 </dev/null | sed -n 's/.*Collected : //p'
}

run_instructions() {
    local name few many
    while read -r name; do
        few=$(count_instructions "$name" 1000)
        many=$(count_instructions "$name" 11000)
        printf '{"part":"instructions","case":"%s","unit":"instructions","median":%s}\n' \
            "$name" "$(((many - few) / 10000))"
    done < <("$bench/bench-disabled" --cases)
}

run_enabled() {
    local program pid
    need root bpftrace
    program=$bench/bench-enabled
    start enabled "$program"
    wait_line enabled '^[0-9]+$'
    pid=$(pid_of enabled)
    start_tracer bpftrace bpftrace -p "$pid" -e "
        usdt:*:bench_nop*:args* { @ = count(); }
        usdt:*:bench_combined*:args* { @ = count(); }
        usdt:*:bench_*:string { @s[str(arg1)] = count(); }
        usdt:*:bench:checked { @ = count(); }
        uprobe:$program:bench_floor* { @ = count(); }"
    wait_end enabled || fail 'bench-enabled did not end well'
    grep '^{' "$(out_of enabled)"
    stop bpftrace
}

describe_machine() {
    local cpu
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
    printf '{"part":"machine","kernel":"%s","cpu":"%s","cores":%s,"bpftrace":"%s","compiler":"%s"}\n' \
        "$(uname -sr)" "$cpu" "$(nproc)" "$(bpftrace --version 2>/dev/null || echo none)" \
        "$(cc --version | head -1)"
}

[[ -n ${USDT_DYN_BUILD:-} ]] || build_it
results=$build/results.jsonl
describe_machine >"$results"
for part in "${parts[@]}"; do
    case $part in
    disabled | load) "$bench/bench-$part" ;;
    instructions) run_instructions ;;
    enabled) run_enabled ;;
    *) fail "there is no part $part" ;;
    esac | tee -a "$results"
done
if [[ -n $write ]]; then
    ruby "$root/tests/bench/report.rb" "$results" "$root/docs"
fi
