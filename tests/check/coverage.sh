#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# coverage.sh [--write] [ctest options]: which lines, branches and functions of src the tests reach.
# Builds with the preset "coverage", passes the tests that run what is built there, and prints the
# table, or writes it to docs/coverage.md. Counts of processes that SIGKILL ends are lost.
set -euo pipefail
cd "$(dirname "$0")/../.."
write=false
[[ ${1:-} == --write ]] && write=true && shift

build=build/coverage
cmake --preset coverage
cmake --build --preset coverage --parallel 2
find $build -name '*.gcda' -delete
# Where a test's process may not write its counts (another user, a sandbox) gcc would say so on
# stderr, which tests compare.
export GCOV_ERROR_FILE=/dev/null
# Left out: tests that build the project anew, with flags of their own; measurements; sandboxes, whose
# filter kills a process that writes its counts.
ctest --test-dir $build --parallel 2 --output-on-failure --no-tests=error \
    --label-exclude '^(slow|abi|arch|build|consumer|examples|harness|musl|none)$' \
    --exclude-regex '^(bench\.|ruby\.differential|structure\.(exports|manual|version)|tracers\.|kernels\.|none\.|process\.sandbox|hostile\.processes)' "$@" ||
    echo "A test failed: the table shows what was reached all the same." >&2
table=$(tests/check/coverage.py $build .)
$write || { echo "$table" && exit; }
cat >docs/coverage.md <<END
# What the tests reach

\`tests/check/coverage.sh --write\` makes this page: gcc $(gcc -dumpfullversion), $(uname -m), built without optimization, $(date -u +%F).
It counts the lines, branches and functions of \`src\` in the tests that run the library and the command. Not counted
are tests with a build of their own (\`src/system/none\`, other processors), and processes that SIGKILL or a sandbox ends.

$table
END
