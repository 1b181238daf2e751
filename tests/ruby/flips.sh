#!/bin/bash
# SPDX-License-Identifier: MIT
# flips.sh COUNT: 8 threads call instrumented methods while uprobe events come and go COUNT times; the
# results are always right. Prints how long it took until the wrapper was in and out.
source "$(dirname "$0")/lib.sh"
need root tracefs readelf
count=$1

start_ruby app "$(dirname "${BASH_SOURCE[0]}")/flips.rb"
path=$(run app 'PROVIDER.path')
note=$(readelf -n "$path" 2>/dev/null)
site=$(sed -n 's/.*Location: 0x0*\([0-9a-f]*\),.*/\1/p' <<<"$note" | head -1)
semaphore=$(sed -n 's/.*Semaphore: 0x0*\([0-9a-f]*\)$/\1/p' <<<"$note" | head -1)
uprobe_add add "$path:0x$site(0x$semaphore)"
run app 'hammer' >/dev/null
# shellcheck disable=SC2034 # of lib.sh
wait_limit=240
answer=$(run app "flip($count, '$instance/events/$event_group/add/enable', '$path')")
echo "$answer"
expect_match 'results' '^wrong 0 ' "$answer"
run app 'finish' >/dev/null
