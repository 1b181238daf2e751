#!/bin/bash
# SPDX-License-Identifier: MIT
# gdb_child.sh BACKING [SITE]: gdb stops in a forked child: in one that had not fired when gdb attached to it,
# and in one that it follows from its parent. What the library does for a child leaves the breakpoint.
source "$(dirname "$0")/app.sh"
need root gdb

start_app app ${2:+USDT_DYN_SITE=$2}
new_provider app fk "$1"
act app probe fk p int64 string
act app load fk

# start_gdb NAME PID COMMAND: attaches, waits for a hit, says what it had, and leaves.
# shellcheck disable=SC2016 # the $ are gdb's
start_gdb() {
    start_tracer "$1" gdb -q -nx -batch -p "$2" -ex 'set confirm off' -ex 'set pagination off' -ex "$3" \
        -ex 'break -probe-stap fk:p' -ex continue \
        -ex 'printf "hit %ld %s\n", $_probe_arg0, (char *)$_probe_arg1' \
        -ex 'python print("in", gdb.selected_inferior().pid)' -ex delete -ex detach
}

# The child waits for the semaphore, which gdb raises, and fires for the first time.
act app fork fork 'await fk p 1 ; fire fk p 1 =attached ; await fk p 0 ; fire fk p 2 =alone'
child=${answer#child }
start_gdb attached "$child" 'set confirm off'
wait_end attached || fail 'gdb on a child failed'
expect_equal 'gdb on a child' "hit 1 attached
in $child" "$(grep -E '^(hit|in) ' "$(out_of attached)")"
expect app 'reaped with status 0' reap

# Attached to the parent.
start_gdb follow "$(pid_of app)" 'set follow-fork-mode child'
wait_attached follow app fk p
act app fork fork 'fire fk p 3 =followed ; await fk p 0 ; fire fk p 4 =alone'
child=${answer#child }
wait_end follow || fail 'gdb on a parent failed'
expect_equal 'gdb that follows a child' "hit 3 followed
in $child" "$(grep -E '^(hit|in) ' "$(out_of follow)")"
expect app 'reaped with status 0' reap
