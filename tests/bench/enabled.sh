#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Hits of bench-enabled while one bpftrace counts all of them. A part of run.sh.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace
tracer_limit=300

program=$USDT_DYN_BUILD/tests/bench/bench-enabled
start enabled "$program"
wait_line enabled '^[0-9]+$'
libbpf=
"$USDT_DYN_BUILD/src/cli/usdt-dyn" list "$program" bench_libbpf:hit >/dev/null 2>&1 &&
    libbpf='usdt:*:bench_libbpf:hit { @ = count(); }'
start_tracer bpftrace bpftrace -p "$(pid_of enabled)" -e "
    usdt:*:bench_nop*:args* { @ = count(); }
    usdt:*:bench_chosen*:args* { @ = count(); }
    usdt:*:bench_*:string { @s[str(arg1)] = count(); }
    usdt:*:bench:checked { @ = count(); } $libbpf
    uprobe:$program:bench_floor* { @ = count(); }"
wait_end enabled || fail 'bench-enabled did not end well'
grep '^{' "$(out_of enabled)"
stop bpftrace
