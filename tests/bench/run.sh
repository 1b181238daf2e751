#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures everything that is said about speed, in one run.
#
#   tests/bench/run.sh             measures and prints; the figures go to build/bench/results.jsonl
#   tests/bench/run.sh --write     the same, and writes docs/performance.md with its plots
#   tests/bench/run.sh --write=FOLDER     or into another folder
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
page_folder=
parts=()

for argument in "$@"; do
    case $argument in
    --write) page_folder=$root/docs ;;
    --write=*) page_folder=${argument#*=} ;;
    --quick) export BENCH_QUICK=1 ;;
    *) parts+=("$argument") ;;
    esac
done
[[ ${#parts[@]} -gt 0 ]] || parts=("${all_parts[@]}")

build_it() {
    # shellcheck source=tests/need.sh
    . "$root/tests/need.sh"
    need_packages gcc make cmake libelf-dev libcmocka-dev systemtap-sdt-dev procps bpftrace valgrind \
        bpfcc-tools linux-perf gnuplot-nox ruby ruby-ffi ruby-railties ruby-activerecord \
        ruby-activejob ruby-actionmailer ruby-sqlite3 puma ruby-sidekiq || true
    need_tracefs || true
    mkdir -p "$build"
    cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release \
        -DUSDT_DYN_BENCH_LIBSTAPSDT="${USDT_DYN_BENCH_LIBSTAPSDT:-}" \
        -DUSDT_DYN_BENCH_LIBBPF_USDT="${USDT_DYN_BENCH_LIBBPF_USDT:-}" >"$build/build.out" 2>&1
    cmake --build "$build" --parallel --target bench >>"$build/build.out" 2>&1
}

# As the tests do: skipped, or failed where a skip must not happen.
need() { # COMMAND
    command -v "$1" >/dev/null && return
    echo "SKIP: $1 is not installed" >&2
    [[ ${USDT_DYN_REQUIRE_TRACER:-} == 1 ]] && exit 1
    exit 77
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

# The first line that a command prints, or that it is not there.
version() {
    local line
    line=$("$@" 2>/dev/null </dev/null | head -1) && echo "$line" || echo 'not installed'
}

gem_version() { version ruby -e 'puts Gem::Specification.find_by_name(ARGV[0]).version' "$1"; }

# The value that the build was given, for one of the two libraries to compare with.
given() {
    local path
    path=$(sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt")
    [[ -n $path ]] && echo "${path##*/}, SHA-256 $(sha256sum "$path" | cut -c1-12)" || echo 'not given'
}

describe_machine() {
    ruby -rjson -e 'puts({ "part" => "machine", **ARGV.each_slice(2).to_h }.to_json)' -- \
        'date' "$(date -u +%F)" \
        'kernel' "$(uname -srm)" \
        'processor' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) of them" \
        'system' "$(. /etc/os-release && echo "$PRETTY_NAME")" \
        'compiler' "$(version cc --version)" \
        'bpftrace' "$(version bpftrace --version)" \
        'perf' "$(version perf --version)" \
        'tplist' "$(dpkg-query -W -f 'bpfcc-tools ${Version}' bpfcc-tools 2>/dev/null || echo unknown)" \
        'Ruby' "$(version ruby --version)" \
        'gems' "ffi $(gem_version ffi), rails $(gem_version railties), puma $(gem_version puma)" \
        'libstapsdt' "$(given USDT_DYN_BENCH_LIBSTAPSDT)" \
        "libbpf's usdt.h" "$(given USDT_DYN_BENCH_LIBBPF_USDT)"
}

build=${USDT_DYN_BUILD:-$root/build/bench}
[[ -n ${USDT_DYN_BUILD:-} ]] || build_it
export USDT_DYN_BUILD=$build
need ruby
[[ -z $page_folder ]] || need gnuplot

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
if [[ -n $page_folder ]]; then
    ruby "$here/report.rb" "$results" "$page_folder"
fi
[[ -z $skipped ]] || exit 77
