#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# asleep.sh [fd]: a thread that waits on a watch does not wake for 10 seconds while nobody opens the image: the
# kernel counts how often it gave up the processor. A tool that looks through all processes of the
# machine opens the image too, and then it is measured again.
source "$(dirname "$0")/lib.sh"

start_watch app idle ${1:+"$1"}
for ((try = 1; try <= 6; try++)); do
    wait_for "$wait_limit" is_asleep app
    before=$(switches_of app)
    sleep 10 # what is measured: it must not wake in this time
    after=$(switches_of app)
    [[ $after == "$before" ]] && break
done
expect_equal 'context switches of the sleeping thread' "$before" "$after"
is_asleep app || fail 'the thread is not asleep any more'
