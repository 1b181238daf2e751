#!/bin/bash
# SPDX-License-Identifier: MIT
# listing.sh BACKING: tracers that know nothing of the library list its probes, attach by path, lose
# sight of them after unload and find them again after load.
source "$(dirname "$0")/app.sh"
need root bpftrace tplist-bpfcc gdb

start_app app
new_provider app prov "$1"
act app probe prov early int64 string
act app probe prov late uint8
act app load prov
pid=$(pid_of app)
act app path prov
image=$answer

# bpftrace -l, by process: provider and probe of each.
bpftrace_list() { # TARGET OPTION...
    run_tracer list bpftrace -l "$@" || fail 'bpftrace -l failed'
    sed -nE 's/^usdt:.*:(prov:[a-z]+)$/\1/p' "$(out_of list)" | sort
}

expect_equal 'bpftrace -l -p' $'prov:early\nprov:late' "$(bpftrace_list 'usdt:*' -p "$pid")"
expect_equal 'bpftrace -l by path' $'prov:early\nprov:late' "$(bpftrace_list "usdt:$image:*")"

run_tracer tplist tplist-bpfcc -p "$pid" || fail 'tplist failed'
expect_equal 'tplist -p' "$image prov:early
$image prov:late" "$(sed -E "s/b'([^']*)'/\1/g; s|^/proc/$pid/root/|/|" "$(out_of tplist)" | grep ' prov:' | sort)"

run_tracer gdb gdb -q -nx -batch -p "$pid" -ex 'info probes stap ^prov$' || fail 'gdb failed'
expect_equal 'info probes stap' "stap prov early $image
stap prov late $image" "$(awk '$1 == "stap" { print $1, $2, $3, $NF }' "$(out_of gdb)" | sort)"

# By path, without -p: the tracer sees every process that maps the file.
start_tracer trace bpftrace -e "usdt:$image:prov:early { printf(\"%d %d %s\\n\", pid, arg0, str(arg1)); }"
wait_tracer trace
act app fire prov early 5 =path
wait_line trace ' path$'
stop trace
expect_equal 'by path' "$pid 5 path" "$(printed trace)"
act app await prov early 0

# Unload hides the probes from those who come; a tracer that is there keeps its events.
attach trace app 'usdt::prov:early { printf("%d %s\n", arg0, str(arg1)); }' prov early
act app unload prov
if [[ $1 == shared ]]; then # other processes have the file too
    expect_equal 'after unload' $'prov:early\nprov:late' "$(bpftrace_list 'usdt:*' -p "$pid")"
else
    expect_equal 'after unload' '' "$(bpftrace_list 'usdt:*' -p "$pid")"
    run_tracer gdb gdb -q -nx -batch -p "$pid" -ex 'info probes stap ^prov$' || fail 'gdb failed'
    expect_equal 'gdb after unload' '' "$(grep ^stap "$(out_of gdb)" || true)"
fi
expect app 'fired 1' fire prov early 6 =hidden
act app load prov
expect_equal 'after load' $'prov:early\nprov:late' "$(bpftrace_list 'usdt:*' -p "$pid")"

# New probes come with the next load, and disturb nobody.
act app probe prov more int16
act app load prov
expect_equal 'after the next load' $'prov:early\nprov:late\nprov:more' \
    "$(bpftrace_list 'usdt:*' -p "$pid")"
expect app 'fired 1' fire prov early 7 =still
wait_line trace ' still$'
stop trace
expect_equal 'events meanwhile' $'6 hidden\n7 still' "$(printed trace)"

attach trace app 'usdt:*:prov:more { printf("%d\n", arg0); }' prov more
act app fire prov more -300
wait_line trace '^-300$'
stop trace

# What is freed is gone.
act app free prov
expect_equal 'after free' '' "$(bpftrace_list 'usdt:*' -p "$pid")"
[[ ! -e $image ]] || fail "$image is still there"
