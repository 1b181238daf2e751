#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The first command of the README shows decoded events of a live process, and leaves nothing behind.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace

export USDT_DYN_BUILD_DIR=$work/build
run_tracer quickstart "$USDT_DYN_SOURCE/examples/quickstart.sh" || fail 'quickstart did not end well'
shown=$(cat "$(out_of quickstart)")

expect_match 'a request' '^request +[0-9]+ +[0-9]+  kind=(mail|thumbnail|report) size=(20000|400000|3000000)$' "$shown"
expect_match 'a done' '^done +[0-9]+ +[0-9]+  kind=(mail|thumbnail|report) duration_us=[0-9]+ ok=[01] load=0x3f[ef]0000000000000$' "$shown"
count=$(grep -cE '^(request|done) ' <<<"$shown")
[[ $count -ge 20 ]] || fail "only $count events"

program=$(sed -n 's/.* runs as process \([0-9]*\)\..*/\1/p' <<<"$shown")
[[ -n $program ]] || fail 'no pid was shown'
! kill -0 "$program" 2>/dev/null || fail 'the program is left running'
