#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# speed.sh ATTACHES [site|fd]: bpftrace attaches and detaches that many times. Attaches are noticed within 20 ms but
# for one in twenty, or one of fewer, and every detach within 250 ms.
source "$(dirname "$0")/lib.sh"
need root bpftrace

attaches=$1
start_watch app delay ${2:+"$2"}
attach_and_detach app "$attaches"

# A detach without any open near it: only the looks while a probe is enabled can tell it.
start_tracer trace bpftrace -p "$(pid_of app)" -e 'usdt::watched:probe { } interval:s:2 { exit(); }'
wait_for "$wait_limit" has_delays app detach $((attaches + 1))

for kind in attach detach; do
    echo "$kind noticed after (us): median $(percentile app $kind 50)," \
        "95 of 100 $(percentile app $kind 95), at most $(percentile app $kind 100)"
done
late=$(delays app attach | awk '$1 > 20000' | wc -l)
((late <= 1 || late * 20 <= attaches)) || fail "$late attaches were noticed too late"
(($(percentile app detach 100) <= 250000)) || fail 'detaches are noticed too late'
