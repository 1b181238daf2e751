#!/bin/bash
# SPDX-License-Identifier: MIT
# shared.sh shared: one file for all processes with the same probes. One attach traces those that run
# and those to come, and can be there before the first of them.
source "$(dirname "$0")/app.sh"
need root bpftrace

start_one() { # NAME
    start_app "$1"
    new_provider "$1" one shared
    act "$1" probe one p int64 string
    act "$1" load one
    act "$1" path one
}

start_one first
image=$answer
start_one second
expect_equal 'the file of the second' "$image" "$answer"

start_tracer trace bpftrace -e "usdt:$image:one:p { printf(\"%d %d %s\\n\", pid, arg0, str(arg1)); }"
wait_tracer trace
start_one third
for name in first second third; do
    expect $name 1 semaphore one p
    expect $name 'fired 1' fire one p 1 "=$name"
done
wait_line trace ' third$'
stop trace
expect_equal 'events' "$(pid_of first) 1 first
$(pid_of second) 1 second
$(pid_of third) 1 third" "$(printed trace)"
for name in first second third; do
    expect $name 0 semaphore one p
done

# With -p it is one process alone, though the file is everybody's.
attach trace second "usdt::one:p { printf(\"%d\\n\", arg0); }" one p
expect first 0 semaphore one p
expect first 'fired 0' fire one p 1 =no
expect second 'fired 1' fire one p 2 =yes
wait_line trace '^2$'
stop trace
expect_equal 'events of the second' 2 "$(printed trace)"

# The file is there as long as somebody has it, however the others end.
act first free one
stop second KILL
[[ -e $image ]] || fail "$image went with another's end"
expect third 'fired 0' fire one p 1 =still

# After an exit it stays, so that a tracer can be there first.
close_stdin third
wait_end third
start_tracer trace bpftrace -e "usdt:$image:one:p { printf(\"%d %s\\n\", pid, str(arg1)); }"
wait_tracer trace
start_one fourth
expect_equal 'the file of the fourth' "$image" "$answer"
expect fourth 'fired 1' fire one p 1 =at-once
wait_line trace 'at-once$'
stop trace
expect_equal 'events of the fourth' "$(pid_of fourth) at-once" "$(printed trace)"

act fourth free one
[[ ! -e $image ]] || fail "$image is still there, and nobody has it"
