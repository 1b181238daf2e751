#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The bpftrace scripts of the job queue, as their heads say to run them, and its own end.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace

scripts=$USDT_DYN_SOURCE/examples/job-queue
start jobs "$USDT_DYN_BUILD/examples/job-queue"
wait_line jobs '^[0-9]+$'
pid=$(pid_of jobs)

run_tracer events bpftrace -p "$pid" "$scripts/events.bt" || fail 'events.bt did not end well'
expect_match 'a request' '^request +[0-9]+ +[0-9]+  kind=mail size=20000$' "$(cat "$(out_of events)")"

run_tracer latency bpftrace -p "$pid" "$scripts/latency.bt" || fail 'latency.bt did not end well'
shown=$(cat "$(out_of latency)")
for kind in mail thumbnail report; do
    expect_match "the histogram of $kind" "^@microseconds\[$kind\]:" "$shown"
done
expect_match 'the jobs' '^@jobs: 5[0-9]$' "$shown"

stop jobs
expect_match 'the end' '^[0-9]+ jobs done$' "$(cat "$(out_of jobs)")"
[[ ! -d /dev/shm/usdt-dyn-0 ]] || ! ls -d /dev/shm/usdt-dyn-0/"$pid"-* 2>/dev/null ||
    fail 'the image is left behind'
