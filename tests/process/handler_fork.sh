#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# handler_fork.sh: a child that is forked in a signal handler, in the middle of a traced fire, goes on
# where its parent was.
source "$(dirname "$0")/../e2e/app.sh"
need root tracefs

for kind in fork _Fork; do
    start app "$USDT_DYN_BUILD/tests/process/handler_fork" $kind
    wait_line app '^ready'
    image=${answer#ready }
    read -r site semaphore _ <<<"$(note_of "$image" handler p)"
    uprobe_add "$kind" "$image:$site($semaphore)"
    uprobe_enable "$kind" 1
    wait_end app || fail "$kind: the program has ended with $?"
    expect_equal "$kind" 'lived 100 of 100' "$(grep ^lived "$(out_of app)")"
    uprobe_enable "$kind" 0
done
