#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# removed.sh shared: somebody removes a shared file that a process has loaded, and another one loads the same
# probes. The path is now another file: nothing finds the old process by it, nor by its maps, where it is
# "(deleted)"; the mapping itself still leads to the old file. When the old one loads anew it joins the others.
source "$(dirname "$0")/../e2e/app.sh"
need root bpftrace tracefs

load_probe() { # NAME PROVIDER
    new_provider "$1" "$2" shared
    act "$1" probe "$2" p int64
    act "$1" load "$2"
    act "$1" path "$2"
}

is_up() { # NAME
    act "$1" semaphore rm p
    [[ $answer == 1 ]]
}

start_app old
load_probe old rm
image=$answer
read -r site semaphore _ <<<"$(note_of "$image" rm p)"
rm -- "$image"
start_app new
load_probe new rm
expect_equal 'the path of the new one' "$image" "$answer"

# expect_listed NAME yes|no: by bpftrace -p.
expect_listed() {
    local found=no
    start_tracer list bpftrace -l 'usdt:*' -p "$(pid_of "$1")"
    wait_end list || true
    ! grep -q ':rm:p$' "$(out_of list)" || found=yes
    expect_equal "$1: found by bpftrace -p" "$2" "$found"
}

expect_listed old no
expect_listed new yes

start_tracer by_path bpftrace -e "usdt:$image:rm:p { printf(\"%d %d\\n\", pid, arg0); }"
wait_tracer by_path
expect old 'fired 0' fire rm p 1
expect new 'fired 1' fire rm p 2
wait_line by_path ' 2$'
stop by_path
expect_equal 'events by the path' "$(pid_of new) 2" "$(printed by_path)"

range=$(awk -v path="$image" '$6 == path && $2 == "r-xp" { print $1; exit }' "/proc/$(pid_of old)/maps")
uprobe_add by_mapping "/proc/$(pid_of old)/map_files/$range:$site($semaphore) number=%di:s64"
uprobe_enable by_mapping 1
wait_for "$wait_limit" is_up old
expect old 'fired 1' fire rm p 3
wait_for "$wait_limit" uprobe_has_events 1
expect_match 'event by the mapping' 'number=3$' "$(uprobe_trace)"
expect new 0 semaphore rm p
uprobe_enable by_mapping 0

# What is loaded from now on joins the new file, in the old process as in any other.
act old free rm
[[ -e $image ]] || fail "the old process has removed the other's file"
load_probe old rm
expect_equal 'the path of the old one, loaded again' "$image" "$answer"
expect_listed old yes
attach again old 'usdt::rm:p { printf("%d %d\n", pid, arg0); }' rm p
expect old 'fired 1' fire rm p 4
wait_line again ' 4$'
stop again
expect_equal 'events of the old one, loaded again' "$(pid_of old) 4" "$(printed again)"
