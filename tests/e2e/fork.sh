#!/bin/bash
# SPDX-License-Identifier: MIT
# fork.sh BACKING [SITE] [detect=site]: processes forked in every way while a probe is traced. A child lives; it is
# traced if the tracer traces every process, and clean if the tracer is on its parent alone.
source "$(dirname "$0")/app.sh"
need root bpftrace

look=semaphore
[[ ${3:-} != detect=site ]] || look=enabled

start_app app USDT_DYN_DEBUG=1 ${2:+USDT_DYN_SITE=$2}
new_provider app fk "$1" ${3:+"$3"}
act app probe fk p int64 string
act app load fk
act app path fk
image=$answer
parent=$(pid_of app)
site=$(sed -n 's/.* with site \([^ ]*\) .*/\1/p' "$(err_of app)")
# shellcheck disable=SC2016 # the $ is bpftrace's
show='{ printf("%d %d %s\n", pid, arg0, str(arg1)); }'

# Forks and puts the child's process id into $child.
fork_child() { # KIND COMMANDS
    act app fork "$1" "$2"
    child=${answer#child }
}

# What the children have said since line $mark of the program's output.
said() {
    tail -n "+$((mark + 1))" "$(out_of app)" | grep '^child' || true
}

set_mark() {
    mark=$(wc -l <"$(out_of app)")
}

# The tracer is on the parent alone: the child has the semaphore as it was until it fires, and from the
# beginning its own if fork() has seen to a site that needs it.
only_parent() {
    local first=1
    [[ $1 != fork || $site != nop5 ]] || first=0
    attach trace app "usdt::fk:p $show" fk p
    expect app 'fired 1' fire fk p 1 =parent
    expect app 'fired 1' fire fk p 2 =parent # through what the kernel has made of the site
    set_mark
    fork_child "$1" "fire fk p 3 =child ; $look fk p ; fire fk p 4 =child"
    expect app 'reaped with status 0' reap
    expect_equal "$1: the child of a traced parent" "child ok fired $first
child ok 0
child ok fired 0" "$(said)"
    set_mark
    fork_child "$1" "fork $1 fire fk p 5 =grandchild ; $look fk p"
    expect app 'reaped with status 0' reap
    # fork() makes the child anew before it forks in turn, the other ways do not: so the grandchild may
    # find the probe enabled or not.
    expect_equal "$1: the grandchild of a traced parent" "child child ok fired
child child ok 0
child ok reaped with status 0" "$(said | grep -v 'ok child' | sed 's/fired [01]$/fired/')"
    expect app 'fired 1' fire fk p 6 =last
    wait_line trace ' last$'
    stop trace
    expect_equal "$1: events of the parent" "$parent 1 parent
$parent 2 parent
$parent 6 last" "$(printed trace)"
    expect app 0 $look fk p
}

# The tracer is on every process: the child is traced on, and clean when the tracer leaves.
every_process() {
    start_tracer trace bpftrace -e "usdt:$image:fk:p $show"
    wait_tracer trace
    expect app 'fired 1' fire fk p 1 =parent
    expect app 'fired 1' fire fk p 2 =parent
    set_mark
    local commands="fire fk p 3 =child ; $look fk p ; fire fk p 4 =child"
    fork_child "$1" "$commands ; await fk p 0 ; $look fk p ; fire fk p 5 =late"
    wait_line trace ' 4 child$'
    fork_child "$1" "fork $1 fire fk p 6 =grandchild"
    wait_line trace ' grandchild$'
    stop trace
    expect app 'reaped with status 0' reap
    expect app 'reaped with status 0' reap
    expect app 0 $look fk p
    expect_equal "$1: the child of a traced program" "child ok fired 1
child ok 1
child ok fired 1
child ok fk:p is 0
child ok 0
child ok fired 0" "$(said | grep -Ev 'child child|ok child|reaped')"
    # By order of time and not of process: the numbers tell.
    expect_equal "$1: events of all" '1 parent
2 parent
3 child
4 child
6 grandchild' "$(printed trace | cut -d' ' -f2-)"
    expect_equal "$1: the processes" 3 "$(printed trace | cut -d' ' -f1 | sort -u | wc -l)"
}

for kind in fork _Fork clone; do
    only_parent $kind
    every_process $kind
done

# Several threads of a child arrive at once. One makes the child anew, and for that moment the semaphore
# is 0: a thread that looks just then fires nothing. All live, and all is well afterwards.
start_tracer trace bpftrace -e "usdt:$image:fk:p $show"
wait_tracer trace
act app fire fk p 1 =parent
act app fire fk p 2 =parent
fork_child _Fork 'threads fk p 3 =thread ; fire fk p 4 =after'
expect app 'reaped with status 0' reap
wait_line trace ' after$'
stop trace
arrived=$(printed trace | grep -c ' 3 thread$' || true)
((arrived >= 1 && arrived <= 4)) || fail "$arrived events of four threads"

# A tracer on the child alone.
set_mark
fork_child fork 'await fk p 1 ; await fk p 0'
start_tracer trace bpftrace -p "$child" -e "usdt::fk:p $show"
wait_line app '^child ok fk:p is 1' "$((mark + 1))"
wait_tracer trace
expect app 0 enabled fk p
stop trace
expect app 'reaped with status 0' reap

# What the library saves the child from: on a kernel of the 5-byte kind a child that calls a site that was
# traced in its parent dies. One of fork() may call it at once.
if [[ $site == nop5 ]]; then
    attach trace app "usdt::fk:p $show" fk p
    act app bare fk p 1 =parent
    act app bare fk p 2 =parent
    fork_child _Fork 'bare fk p 3 =dies'
    expect app 'reaped by signal 11' reap
    fork_child fork 'bare fk p 4 =lives'
    expect app 'reaped with status 0' reap
    stop trace
fi
