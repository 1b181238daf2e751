#!/bin/bash
# SPDX-License-Identifier: MIT
# A tracer comes and goes: the gem's thread tells it at once, in a forked child too, and sleeps else.
# shellcheck disable=SC2016 # the $ is Ruby's
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app
run app 'P = StaticTracing::Provider.register("watched"); TP = P.add_tracepoint("probe", Integer); P.enable' >/dev/null
run app 'W = StaticTracing::Watcher; CALLS = []; W.watch(TP, -> { CALLS << [:attach, StaticTracing.nsec] }, -> { CALLS << [:detach, StaticTracing.nsec] }); 1' >/dev/null
# When the semaphore changes, as a thread sees it that looks all the time.
run app 'def seen(state) = Thread.new { sleep 0.0005 until TP.enabled? == state; StaticTracing.nsec }; 1' >/dev/null
run app 'ATTACH = []; DETACH = []; 1' >/dev/null

# How often the thread has slept: it is not woken while nobody looks at the program.
run app 'def sleeps = Dir["/proc/self/task/*"].filter_map { |t| File.read("#{t}/status")[/^voluntary_ctxt_switches:\s+(\d+)/, 1].to_i if File.read("#{t}/comm").chomp == "usdt-ffi" }.sum; 1' >/dev/null
expect_equal 'wake-ups in 2 seconds' 0 "$(run app 'await { sleeps == (sleep 0.1; sleeps) }; before = sleeps; sleep 2; sleeps - before')"

for round in 1 2 3; do
    run app 'CALLS.clear; $seen = seen(true); 1' >/dev/null
    start_tracer "trace$round" bpftrace -p "$(pid_of app)" -e 'usdt::watched:probe { }'
    run app 'await { CALLS.size == 1 }; ATTACH << (CALLS[0][1] - $seen.value) / 1e6; $seen = seen(false); 1' >/dev/null
    stop "trace$round"
    run app 'await { CALLS.size == 2 }; DETACH << (CALLS[1][1] - $seen.value) / 1e6; 1' >/dev/null
    expect_equal "calls of round $round" 'attach detach' "$(run app 'CALLS.map(&:first).join(" ")')"
done
echo "told after ms: attach $(run app 'ATTACH.map { _1.round(1) }.join(" ")'), detach $(run app 'DETACH.map { _1.round(1) }.join(" ")')"
expect_equal 'an attach is told within 50 ms' true "$(run app 'ATTACH.sort[1] < 50')"
expect_equal 'a detach is told within 500 ms' true "$(run app 'DETACH.sort[1] < 500')"

# A child that is forked while its parent is traced is told that it is not, with its first fire, and of its own
# tracer.
run app 'CALLS.clear; 1' >/dev/null
start_tracer of_parent bpftrace -p "$(pid_of app)" -e 'usdt::watched:probe { }'
run app 'await { CALLS.size == 1 }' >/dev/null
run app 'R, W_END = IO.pipe; C = fork { TP.fire(1); await { CALLS.size == 2 }; W_END.write("."); await { CALLS.size == 3 }; W_END.write("."); await { CALLS.size == 4 }; exit!(CALLS.map(&:first) == %i[attach detach attach detach] ? 7 : 1) }; R.read(1)' >/dev/null
child=$(run app C)
start_tracer of_child bpftrace -p "$child" -e 'usdt::watched:probe { } BEGIN { printf("ready\n"); }'
wait_line of_child '^ready'
run app 'R.read(1)' >/dev/null # a tracer that is gone before the child looks is not told
stop of_child
expect_equal 'the child was told' 7 "$(run app 'Process.wait2(C).last.exitstatus')"
expect_equal 'and the parent of its own tracer only' attach "$(run app 'CALLS.map(&:first).join(" ")')"
stop of_parent
run app 'await { CALLS.size == 2 }' >/dev/null
