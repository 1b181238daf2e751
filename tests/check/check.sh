#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# check.sh PRESET: builds with a preset of CMakePresets.json, below build/PRESET, and passes the
# unit tests there if it has any. PRESET "valgrind" runs the unit tests of preset "clang" in it.
set -euo pipefail
cd "$(dirname "$0")/../.."
supp=$PWD/tests/check/valgrind.supp

preset=$1
[[ $preset == valgrind ]] && preset=clang
command -v cmake >/dev/null || { echo "SKIP: no cmake" && exit 77; }
case $1 in
valgrind | cppcheck) command -v "$1" >/dev/null || { echo "SKIP: no $1" && exit 77; } ;;
tidy) command -v clang-tidy >/dev/null || { echo "SKIP: no clang-tidy" && exit 77; } ;;
esac

target=all
[[ $1 != [at]san ]] || target=unit-tests # no others run there
cmake --preset "$preset"
cmake --build --preset "$preset" --parallel 2 --target $target
case $1 in
clang | asan | tsan)
    ctest --preset "$1" --parallel 2 --output-junit results.xml --test-output-size-passed 1000000
    ;;
valgrind)
    for test in build/clang/tests/unit/test-*; do
        echo "${test##*/}"
        valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
            --suppressions="$supp" "$test"
    done
    ;;
esac
