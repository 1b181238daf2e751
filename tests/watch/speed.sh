#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# speed.sh ATTACHES [site]: bpftrace attaches and detaches that many times. 95 of 100 attaches are noticed
# within 20 ms, and every detach within 250 ms.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace

attaches=$1
start app "$USDT_DYN_BUILD/tests/watch/watch_target" delay ${2:+"$2"}
wait_line app '^ready'

lines() { grep -c "^$1" "$(out_of app)" || true; }
has_lines() { (($(lines "$1") >= $2)); }

for ((i = 1; i <= attaches; i++)); do
    start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::watched:probe { exit(); }'
    wait_for "$wait_limit" has_lines attach "$i"
    wait_tracer trace
    stop trace
    wait_for "$wait_limit" has_lines detach "$i"
done

# A detach without any open near it: only the looks while a probe is enabled can tell it.
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::watched:probe { } interval:s:2 { exit(); }'
wait_for "$wait_limit" has_lines detach $((attaches + 1))

# What N of 100 stay below, in microseconds.
percentile() { # KIND N
    sed -n "s/^$1 //p" "$(out_of app)" | sort -n |
        awk -v n="$2" '{ v[NR] = $1 } END { i = int(NR * n / 100 + 0.999999); print v[i] }'
}

echo "attach noticed after (us): median $(percentile attach 50), 95 of 100 $(percentile attach 95), at most $(percentile attach 100)"
echo "detach noticed after (us): median $(percentile detach 50), 95 of 100 $(percentile detach 95), at most $(percentile detach 100)"
(($(percentile attach 95) <= 20000)) || fail 'attaches are noticed too late'
(($(percentile detach 100) <= 250000)) || fail 'detaches are noticed too late'
