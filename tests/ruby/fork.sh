#!/bin/bash
# SPDX-License-Identifier: MIT
# A forked child with its own tracer, and one whose parent is traced: neither needs a call.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app
run app 'P = StaticTracing::Provider.register("forked"); TP = P.add_tracepoint("probe", String); P.enable' >/dev/null
# It fires when it is told to, not when the semaphore goes up: bpftrace listens a moment later.
# shellcheck disable=SC2016
child=$(run app 'R, W = IO.pipe; C = fork { W.close; sleep 0.002 until TP.enabled?; R.read(1); 3.times { TP.fire("child #{$$}") }; sleep 0.002 while TP.enabled?; exit!(7) }; R.close; C')

start_tracer of_child bpftrace -p "$child" -e 'usdt::forked:probe { printf("%s\n", str(arg0)); }'
wait_tracer of_child
run app 'W.write(".")' >/dev/null
has_three() { [[ $(grep -c '^child' "$(out_of of_child)") == 3 ]]; }
wait_for 10 has_three
expect_equal 'the parent is not traced' false "$(run app 'TP.fire("parent")')"
stop of_child
expect_equal 'the child went on' 7 "$(run app 'Process.wait2(C).last.exitstatus')"
expect_equal 'events of the child' "child $child child $child child $child" "$(grep child "$(out_of of_child)" | xargs)"

start_tracer of_parent bpftrace -p "$(pid_of app)" -e 'usdt::forked:probe { printf("%s\n", str(arg0)); }'
run app 'await { TP.enabled? }' >/dev/null
wait_tracer of_parent
# Its first fire ends at the kernel, which takes the breakpoint back.
expect_equal 'a child born while its parent is traced' 0 "$(run app 'Process.wait2(fork { TP.fire("child"); exit!(TP.enabled? || TP.fire("child") ? 1 : 0) }).last.exitstatus')"
expect_equal 'the parent is traced' true "$(run app 'TP.fire("parent")')"
wait_line of_parent '^parent'
stop of_parent
expect_equal 'events of the parent' parent "$(grep -E 'parent|child' "$(out_of of_parent)")"
