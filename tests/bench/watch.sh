#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a watch costs while nobody traces, how soon it notices a tracer, and what a look at many probes costs. A part
# of run.sh; tests/watch has the same as tests.
source "$(dirname "$0")/../watch/lib.sh"
# shellcheck source=tests/bench/rows.sh
source "$(dirname "$0")/rows.sh"
need root bpftrace

seconds=10 attaches=40 runs=11
is_quick && seconds=1 attaches=2 runs=1

# ---- asleep: three processes at the same time --------------------------------------------------

watchers=(one two three) before=() wakes=()
for name in "${watchers[@]}"; do
    start_watch "$name" idle
    wait_for "$wait_limit" is_asleep "$name"
done
for name in "${watchers[@]}"; do before+=("$(switches_of "$name")"); done
sleep $seconds # what is measured
for i in "${!watchers[@]}"; do wakes+=("$(($(switches_of "${watchers[i]}") - before[i]))"); done
for name in "${watchers[@]}"; do stop "$name" TERM; done
row watch "wake-ups in $seconds s while nobody traces" '' "${wakes[@]}"

# ---- how soon ---------------------------------------------------------------------------------

start_watch app delay
attach_and_detach app $attaches
for kind in attach detach; do
    mapfile -t figures < <(delays app $kind)
    row watch "$kind noticed after" us "${figures[@]}"
    row watch "$kind noticed after, 95 of 100 within" us "$(percentile app $kind 95)"
done

# ---- a look at 10,000 probes ------------------------------------------------------------------

looks=() asks=()
for ((run = 0; run < runs; run++)); do
    told=$("$USDT_DYN_BUILD/tests/watch/watch_cost") || fail "watch_cost: $told"
    [[ $told =~ 10000\ probes:\ ([0-9]+)\ ns\;\ asking\ each:\ ([0-9]+)\ ns ]] || fail "not understood: $told"
    looks+=("${BASH_REMATCH[1]}") asks+=("${BASH_REMATCH[2]}")
done
row watch 'a look of the watch at 10000 probes' ns "${looks[@]}"
row watch 'asking each of 10000 probes' ns "${asks[@]}"
