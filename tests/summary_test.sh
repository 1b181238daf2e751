#!/bin/bash
# SPDX-License-Identifier: MIT
# The summary of a run tells every failure, and every skip with its reason.
source "$(dirname "$0")/e2e/lib.sh"
need ctest python3

# summary STATUS FOLDER...: what it prints is in $said.
summary() {
    local status=0
    said=$("$(dirname "$0")/summary.py" "${@:2}") || status=$?
    expect_equal 'the status' "$1" "$status"
}

# run NAME TEST...: a run of ctest with these tests.
run() {
    mkdir -p "$work/$1"
    printf '%s\n' "${@:2}" >"$work/$1/CTestTestfile.cmake"
    ctest --test-dir "$work/$1" --output-junit results.xml --test-output-size-passed 1000000 \
        >"$work/$1.out" 2>&1 || true
}

skips='add_test(skips sh -c "seq 10000; echo SKIP: no tracer; exit 77")
set_tests_properties(skips PROPERTIES SKIP_RETURN_CODE 77)'
run good 'add_test(passes true)' "$skips"
summary 0 "$work/good"
expect_match 'why it was skipped' '^  good: skips: no tracer$' "$said"
expect_equal 'the last line' '1 passed, 0 failed, 1 skipped' "$(tail -n 1 <<<"$said")"

# shellcheck disable=SC2016 # kill is the inner shell's
run bad 'add_test(passes true)' 'add_test(fails false)' 'add_test(dies sh -c "kill -SEGV $$")' \
    'add_test(hangs sleep 1000)' 'set_tests_properties(hangs PROPERTIES TIMEOUT 1)' \
    'add_test(missing no-such-program)' "$skips"
summary 1 "$work/good" "$work/bad" "$work/none"
for name in fails dies hangs missing; do
    expect_match "the failure of $name" "^  bad: $name" "$said"
done
expect_match 'a run without results' '^  none: no results: ' "$said"
expect_equal 'the last line' '2 passed, 5 failed, 2 skipped' "$(tail -n 1 <<<"$said")"
