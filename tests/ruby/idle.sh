#!/bin/bash
# SPDX-License-Identifier: MIT
# idle.sh SECONDS: with 1000 instrumented methods and nobody attached, the thread that watches does not
# run: no switch of its own, no processor time.
source "$(dirname "$0")/lib.sh"
seconds=$1

start_ruby app
expect_equal 'threads before the first helper' 1 "$(run app 'Thread.list.size')"
run app 'class Many; extend StaticTracing::Helpers; 1000.times { |i| define_method("m#{i}") { i } }; trace_latency; end; 1' >/dev/null
expect_equal 'methods and threads' '1000 2' "$(run app 'GC.start; [StaticTracing::Provider.fetch("many").tracepoints.size, Thread.list.size].join(" ")')"
expect_equal 'wrappers' 0 "$(run app 'Many.public_instance_methods(false).count { |m| Many.instance_method(m).owner != Many }')"

tid=$(run app 'StaticTracing::Watcher.thread.native_thread_id')
figures() { # voluntary and other switches, user and system ticks
    sed -n 's/.*ctxt_switches:[[:space:]]*//p' "/proc/$(pid_of app)/task/$tid/status" | xargs
    cut -d' ' -f14,15 "/proc/$(pid_of app)/task/$tid/stat"
}
is_asleep() { [[ $(cut -d' ' -f3 "/proc/$(pid_of app)/task/$tid/stat") == S ]]; }
wait_for 10 is_asleep
before=$(figures)
sleep "$seconds" # the time itself is what is tested
expect_equal "switches and ticks in $seconds s" "$before" "$(figures)"
