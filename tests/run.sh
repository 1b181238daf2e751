#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the project and passes every test, from a fresh Debian machine on.
#
#   tests/run.sh            all tests
#   tests/run.sh --slow     the long ones as well
#
# Tests that need root or a tracer are skipped and counted where there is none; with
# USDT_DYN_REQUIRE_TRACER=1 such a skip is a failure.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
build=${USDT_DYN_BUILD_DIR:-$root/build/tests}
# shellcheck source=tests/need.sh
. "$root/tests/need.sh"

leave_out=(-LE slow)
[ "${1:-}" = --slow ] && leave_out=()

# What builds the library and its tests, and the tracers.
need_packages gcc g++ libc6-dev make cmake pkg-config libelf-dev libdw-dev libcmocka-dev binutils \
    elfutils procps util-linux python3 bpftrace bpfcc-tools gdb linux-perf systemtap-sdt-dev ||
    echo "Going on with what is there: tests that miss something are skipped."
# The gem and what it works with; checkers; other processors, another C library.
need_packages ruby ruby-ffi ruby-minitest ruby-rspec rake rubocop yard ruby-railties \
    ruby-activerecord ruby-activejob ruby-actionmailer ruby-sqlite3 puma ruby-sidekiq ||
    echo "Going on: tests of the gem that miss something are skipped."
need_packages clang clang-format clang-tidy cppcheck valgrind gnuplot-nox abigail-tools musl-tools \
    qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-riscv64-linux-gnu \
    libc6-dev-riscv64-cross man-db mandoc ||
    echo "Going on: tests of other compilers and processors are skipped."
if [ "${1:-}" = --slow ]; then
    need_packages gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross gcc-s390x-linux-gnu \
        libc6-dev-s390x-cross ||
        echo "Going on: the slow tests of other processors are skipped."
fi
need_tracefs || echo "No tracefs: tests that trace are skipped."

# All of it runs, also after a failure; the summary tells what failed, what was skipped and why.
folders=("$build" "$root/build/asan" "$root/build/tsan")
rm -f "${folders[@]/%//results.xml}"
if cmake -S "$root" -B "$build" -DUSDT_DYN_WERROR=ON && cmake --build "$build" --parallel; then
    ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error --timeout 300 \
        --output-junit results.xml --test-output-size-passed 1000000 "${leave_out[@]}" || true
fi
# The unit tests once more under AddressSanitizer with UndefinedBehaviorSanitizer, and under
# ThreadSanitizer.
for preset in asan tsan; do
    "$root/tests/check/check.sh" $preset || true
done
"$root/tests/summary.py" "${folders[@]}"
