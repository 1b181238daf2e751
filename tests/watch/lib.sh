# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# How a watch is measured, for its tests and for the benchmarks: watch_target under a name, which the
# functions are given.

# shellcheck source=tests/e2e/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

start_watch() { # NAME idle|delay [site|fd]
    start "$1" "$USDT_DYN_BUILD/tests/watch/watch_target" "${@:2}"
    wait_line "$1" '^ready'
}

# ---- Asleep -----------------------------------------------------------------------------------

task_of() { # NAME: the thread that waits
    echo "/proc/$(pid_of "$1")/task/$(sed -n 's/^ready //p' "$(out_of "$1")")"
}

is_asleep() { # NAME
    grep -q poll "$(task_of "$1")/wchan"
}

# How often the thread gave up the processor so far.
switches_of() { # NAME
    awk '/ctxt_switches:/ { sum += $2 } END { print sum }' "$(task_of "$1")/status"
}

# ---- Latency ----------------------------------------------------------------------------------

delays() { # NAME attach|detach: how many microseconds later each was noticed
    sed -n "s/^$2 //p" "$(out_of "$1")"
}

has_delays() { # NAME attach|detach COUNT
    (($(delays "$1" "$2" | wc -l) >= $3))
}

# attach_and_detach NAME TIMES: bpftrace does.
attach_and_detach() {
    local i
    for ((i = 1; i <= $2; i++)); do
        start_tracer trace bpftrace -p "$(pid_of "$1")" -e 'usdt::watched:probe { exit(); }'
        wait_for "$wait_limit" has_delays "$1" attach "$i"
        wait_tracer trace
        stop trace
        wait_for "$wait_limit" has_delays "$1" detach "$i"
    done
}

# What N of 100 stay below.
percentile() { # NAME attach|detach N
    delays "$1" "$2" | sort -n | awk -v n="$3" '{ v[NR] = $1 } END { i = int(NR * n / 100 + 0.999999); print v[i] }'
}
