#!/bin/bash
# SPDX-License-Identifier: MIT
# gdb_beside.sh: gdb and bpftrace on the same probe, on a site of five bytes. The kernel writes all
# of them and gdb writes the first, so what one puts back may not fit to what the other left. The program
# lives, whoever comes and goes first.
source "$(dirname "$0")/app.sh"
need root gdb bpftrace

start_app app USDT_DYN_DEBUG=1 USDT_DYN_SITE=nop5
new_provider app fk auto
act app probe fk p int64 string
act app load fk
new_provider app by auto detect=site
act app probe by q int64
act app load by
grep -q 'with site nop5 ' "$(err_of app)" || skip 'no site of five bytes here'
parent=$(pid_of app)
# shellcheck disable=SC2016 # the $ is bpftrace's
show='{ printf("%d %d\n", pid, arg0); }'
go=$work/go

# place_of PROVIDER PROBE: where its site is in the memory of the program and of its children.
place_of() {
    local image site base
    act app path "$1"
    image=$answer
    read -r site _ <<<"$(note_of "$image" "$1" "$2")"
    base=$(grep -m1 -- " 00000000 .*$image" "/proc/$parent/maps") || fail "$1 is not mapped"
    echo $((0x${base%%-*} + site))
}

fk_place=$(place_of fk p)
by_place=$(place_of by q)

# code_at PID PLACE: the five bytes.
code_at() {
    dd if="/proc/$1/mem" bs=1 skip="$2" count=5 status=none | od -An -tx1 | tr -d ' \n'
}

has_code() { # PID PLACE GLOB
    # shellcheck disable=SC2053 # a pattern
    [[ $(code_at "$1" "$2") == $3 ]]
}

# The first byte, and behind it the end of a call: what the test is about.
expect_mixed() { # PID PLACE BYTE
    local code
    code=$(code_at "$1" "$2")
    [[ $code == "$3"* && $code != ??1f440000 ]] || fail "the site is $code, not $3 and the end of a call"
}

# start_gdb NAME PID PROBE PLACE: returns when its breakpoint is in place. It goes on after each hit, and
# leaves when the program gets a SIGUSR1, which it keeps: a SIGINT of its own may come through to the program.
start_gdb() {
    # shellcheck disable=SC2016 # the $ is gdb's
    printf '%s\n' 'set confirm off' 'set pagination off' 'handle SIGUSR1 nopass' "break -probe-stap $3" commands silent \
        'printf "hit %ld\n", $_probe_arg0' continue end continue >"$work/$1.gdb"
    start_tracer "$1" gdb -q -nx -batch -p "$2" -x "$work/$1.gdb"
    wait_for "$wait_limit" has_code "$2" "$4" 'cc*'
}

stop_gdb() { # NAME PID
    kill -USR1 "$2"
    wait_end "$1" || fail 'gdb failed'
}

hits() { # NAME
    grep '^hit' "$(out_of "$1")" | paste -sd, || true
}

# trace_parent: bpftrace on the program alone, with its call in place at fk:p.
trace_parent() {
    attach trace app "usdt::fk:p $show" fk p
    act app fire fk p 1 =parent
    expect app 'fired 1' fire fk p 2 =parent
    has_code "$parent" "$fk_place" 'e8*' || fail "no call at a site that was hit: $(code_at "$parent" "$fk_place")"
}

# A child of a traced program, which fires twice once there is $go.1 and again once there is $go.2.
fork_child() { # KIND
    rm -f "$go".*
    act app fork "$1" "until $go.1 ; fire fk p 3 =child ; fire fk p 4 =child ; enabled fk p ; until $go.2 ; \
fire fk p 5 =child ; semaphore fk p"
    child=${answer#child }
    mark=$(wc -l <"$(out_of app)")
}

# let_child_fire: gdb is there while it fires twice, and gone when it fires again.
let_child_fire() {
    touch "$go.1"
    wait_line app '^child ok [01]$' "$mark"
    has_code "$child" "$fk_place" "$1" || fail "the site is $(code_at "$child" "$fk_place"), not $1"
    stop_gdb gdb "$child"
    touch "$go.2"
    expect app 'reaped with status 0' reap
    expect_equal 'semaphore of the child in the end' 0 "$(grep -E '^child ok [0-9]+$' "$(out_of app)" | tail -n 1 |
        cut -d' ' -f3)"
}

# A child that has not seen yet that it is one: gdb's breakpoint is on the call of its parent. The
# tracer is still there, and would take the breakpoint for its own; or it is gone, and gdb would go on
# through the call. So gdb has no hits before it attaches again.
for tracer in stays leaves; do
    trace_parent
    fork_child clone
    [[ $tracer == stays ]] || stop trace
    start_gdb gdb "$child" fk:p "$fk_place"
    expect_mixed "$child" "$fk_place" cc
    let_child_fire 'cc*'
    expect_equal "hits of gdb in a clone whose tracer $tracer" '' "$(hits gdb)"
    if [[ $tracer == stays ]]; then
        expect app 'fired 1' fire fk p 6 =parent
        wait_line trace "^$parent 6\$"
        stop trace
        expect_equal 'events' "$parent 1,$parent 2,$parent 6" "$(printed trace | paste -sd,)"
    fi
done

# A child of fork() is clean before gdb comes.
trace_parent
fork_child fork
wait_for "$wait_limit" has_code "$child" "$fk_place" 0f1f440000
stop trace
start_gdb gdb "$child" fk:p "$fk_place"
let_child_fire cc1f440000
expect_equal 'hits of gdb in a child' 'hit 3,hit 4' "$(hits gdb)"

# No child: gdb is first and puts the first byte of the nop back before the end of the tracer's call. Without a
# semaphore the program takes the probe for enabled then.
start_gdb gdb "$parent" by:q "$by_place"
attach trace app "usdt::by:q $show" by q
act app fire by q 1
act app fire by q 2
stop_gdb gdb "$parent"
expect_mixed "$parent" "$by_place" 0f
act app fire by q 3
act app fire by q 4
wait_line trace "^$parent 4\$"
stop trace
expect app 'fired 0' fire by q 5

# As new: traced again, in the same process.
trace_parent
stop trace
expect app 0 semaphore fk p

# The tracer leaves first and puts the first byte of the nop back, over gdb's breakpoint. In the end gdb
# puts a call back that the kernel takes for a tracer's: later tracers of the process see nothing, but it lives.
trace_parent
start_gdb gdb "$parent" fk:p "$fk_place"
stop trace
expect_mixed "$parent" "$fk_place" 0f
act app fire fk p 7 =beside
act app fire fk p 8 =beside
stop_gdb gdb "$parent"
expect_equal 'hits of gdb whose tracer has left' '' "$(hits gdb)"
expect app 'fired 0' fire fk p 9 =alone
