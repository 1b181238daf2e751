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

# What builds the library and its tests; what the tests compare with; the tracers.
need_packages gcc g++ libc6-dev make cmake pkg-config libelf-dev libdw-dev libcmocka-dev \
    clang clang-format clang-tidy cppcheck valgrind binutils elfutils \
    bpftrace bpfcc-tools gdb linux-perf systemtap-sdt-dev procps \
    ruby ruby-ffi ruby-minitest ||
    echo "Going on with what is there: tests that miss something are skipped."
need_tracefs || echo "No tracefs: tests that trace are skipped."

cmake -S "$root" -B "$build" -DUSDT_DYN_WERROR=ON
cmake --build "$build" --parallel

ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error --timeout 300 "${leave_out[@]}"

# The unit tests once more under AddressSanitizer with UndefinedBehaviorSanitizer, and under
# ThreadSanitizer.
"$root/tests/check/check.sh" asan
"$root/tests/check/check.sh" tsan
