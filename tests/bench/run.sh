#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures everything that is said about speed, in one run.
#
#   tests/bench/run.sh             measures and prints; the figures go to build/bench/results.jsonl
#   tests/bench/run.sh --write     the same, and writes docs/performance.md with its plots
#   tests/bench/run.sh --quick     a hundredth of the work: only to see that it runs
#   tests/bench/run.sh PART...     only these parts, see all_parts below
#
# Each part runs its cases in turn, round after round. A figure is the median of its rounds; what
# counts are the ratios, since the machine may be slow or busy. Two others are measured beside this
# library if they are at hand: libstapsdt if USDT_DYN_BENCH_LIBSTAPSDT is the path of a
# libstapsdt.so, libbpf's usdt.h if USDT_DYN_BENCH_LIBBPF_USDT is the path of that header.
set -euo pipefail

all_parts=(disabled instructions enabled load ruby rails command watch)

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
write=
parts=()

for argument in "$@"; do
    case $argument in
    --write) write=1 ;;
    --quick) export BENCH_QUICK=1 ;;
    *) parts+=("$argument") ;;
    esac
done
[[ ${#parts[@]} -gt 0 ]] || parts=("${all_parts[@]}")

build_it() {
    # shellcheck source=tests/need.sh
    . "$root/tests/need.sh"
    need_packages gcc make cmake libelf-dev libcmocka-dev systemtap-sdt-dev bpftrace valgrind ruby \
        gnuplot-nox procps bpfcc-tools linux-perf ruby-ffi ruby-railties ruby-activerecord ruby-activejob ruby-actionmailer \
        ruby-sqlite3 puma ruby-sidekiq || true
    need_tracefs || true
    mkdir -p "$build"
    cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
        -DUSDT_DYN_BENCH_LIBSTAPSDT="${USDT_DYN_BENCH_LIBSTAPSDT:-}" \
        -DUSDT_DYN_BENCH_LIBBPF_USDT="${USDT_DYN_BENCH_LIBBPF_USDT:-}" >"$build/build.out"
    cmake --build "$build" --parallel >>"$build/build.out"
}

run_part() {
    case $1 in
    disabled | load) "$build/tests/bench/bench-$1" ;;
    instructions | enabled | ruby | command | watch) "$here/$1.sh" ;;
    rails) ruby "$here/ruby_rails.rb" "$build" ;;
    *)
        echo "there is no part $1" >&2
        return 1
        ;;
    esac
}

describe_machine() {
    local cpu
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
    printf '{"part":"machine","kernel":"%s","cpu":"%s","cores":%s,"bpftrace":"%s","compiler":"%s"}\n' \
        "$(uname -sr)" "$cpu" "$(nproc)" "$(bpftrace --version 2>/dev/null || echo none)" \
        "$(cc --version | head -1)"
}

build=${USDT_DYN_BUILD:-$root/build/bench}
[[ -n ${USDT_DYN_BUILD:-} ]] || build_it
export USDT_DYN_BUILD=$build

# A part that lacks something ends with 77, and so do we when the others are done.
results=$build/results.jsonl
skipped=
describe_machine >"$results"
for part in "${parts[@]}"; do
    status=0
    run_part "$part" | tee -a "$results" || status=$?
    case $status in
    0) ;;
    77) skipped=1 ;;
    *)
        echo "FAIL: the part $part" >&2
        exit "$status"
        ;;
    esac
done
if [[ -n $write ]]; then
    ruby "$root/tests/bench/report.rb" "$results" "$root/docs"
fi
[[ -z $skipped ]] || exit 77
