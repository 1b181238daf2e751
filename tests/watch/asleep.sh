#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A thread that waits on a watch does not wake for 10 seconds while nobody opens the image: the
# kernel counts how often it gave up the processor. A tool that looks through all processes of the
# machine opens the image too, and then it is measured again.
source "$(dirname "$0")/../e2e/lib.sh"

start app "$USDT_DYN_BUILD/tests/watch/watch_target" idle
wait_line app '^ready'
thread=$(sed -n 's/^ready //p' "$(out_of app)")
task=/proc/$(pid_of app)/task/$thread

is_asleep() { grep -q poll "$task/wchan"; }
switches() { sed -n 's/.*ctxt_switches:\t//p' "$task/status"; }

for ((try = 1; try <= 6; try++)); do
    wait_for "$wait_limit" is_asleep
    before=$(switches)
    sleep 10 # what is measured: it must not wake in this time
    [[ $(switches) == "$before" ]] && break
done
expect_equal 'context switches of the sleeping thread' "$before" "$(switches)"
is_asleep || fail 'the thread is not asleep any more'
