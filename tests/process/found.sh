#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# found.sh BACKING: what still finds the probes after a fork, after the end of the parent, and after
# all descriptors were closed: bpftrace by the process, and tracefs by /proc/PID/map_files.
source "$(dirname "$0")/../e2e/app.sh"
need root bpftrace tracefs

# By the name of the mapped file, or by the descriptor of a memfd.
expect_found() { # WHAT PID yes|no
    local found=no
    start_tracer list bpftrace -l 'usdt:*' -p "$2"
    wait_end list || true
    ! grep -q ':fo:p$' "$(out_of list)" || found=yes
    expect_equal "$1: found by bpftrace -p" "$3" "$found"
}

# By the mapping itself: it needs no name and no descriptor. The program sees the semaphore go up.
expect_attached() { # WHAT NAME PID COMMAND-THAT-SUCCEEDS-WHEN-ENABLED...
    local range
    range=$(awk '/usdt-dyn-[0-9]+\/|memfd:usdt-dyn\./ && $2 == "r-xp" { print $1; exit }' "/proc/$3/maps")
    uprobe_add "$2" "/proc/$3/map_files/$range:$site($semaphore)"
    uprobe_enable "$2" 1
    wait_for "$wait_limit" "${@:4}"
    uprobe_enable "$2" 0
}

is_enabled() {
    act app enabled fo p
    [[ $answer == 1 ]]
}

# The child's own line, which it prints when it was enabled.
has_said() { grep -q "^child ok fired 1 *$" "$(out_of app)"; }

start_app app
pid=$(pid_of app)
new_provider app fo "$1"
act app probe fo p int64
act app load fo
act app path fo
read -r site semaphore _ <<<"$(note_of "$answer" fo p)"
named=yes
[[ $1 == memfd ]] && named=no

expect_found 'the process' "$pid" yes
expect_attached 'the process' one "$pid" is_enabled

# A child that waits to be traced; then all descriptors of its parent are closed.
act app fork fork 'await fo p 1 ; fire fo p 1'
child=${answer#child }
expect_found 'a child' "$child" yes
act app close
expect_found 'without descriptors' "$pid" $named
both_are_enabled() { is_enabled && has_said; }
expect_attached 'without descriptors' two "$pid" both_are_enabled
expect app 'reaped with status 0' reap

# The parent ends, and with it the file that is its own.
act app fork fork 'await fo p 1 ; fire fo p 2'
child=${answer#child }
close_stdin app
wait_end app
after=no
[[ $1 == shared ]] && after=yes
expect_found 'after the end of the parent' "$child" $after
expect_attached 'after the end of the parent' three "$child" is_gone "$child"
expect_equal 'the child has fired' 2 "$(grep -c '^child ok fired 1' "$(out_of app)")"

# A parent that ends with its descriptors open leaves the file to its child.
start_app other
new_provider other fo "$1"
act other probe fo p int64
act other load fo
act other fork fork 'await fo p 1 ; fire fo p 3'
child=${answer#child }
close_stdin other
wait_end other
expect_found 'after the end of the parent with descriptors' "$child" yes
expect_attached 'after the end of the parent with descriptors' four "$child" is_gone "$child"
