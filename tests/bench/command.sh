#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command usdt-dyn beside the tools that do the same. A part of run.sh.
#
# list: how long each takes to list the probes of the same process, in turn.
# trace: the same process fires the same number of events at each tracer, in turn: what an event costs the program,
# how many the tracer shows, what processor time it takes itself. Each writes text into a file.
source "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/bench/rows.sh
source "$(dirname "$0")/rows.sh"
need root tracefs bpftrace tplist-bpfcc perf ruby
tracer_limit=120

command=$USDT_DYN_BUILD/src/cli/usdt-dyn

# ---- list -------------------------------------------------------------------------------------

listers=('usdt-dyn list -p' 'bpftrace -l -p' 'tplist-bpfcc -p')

list_with() { # LISTER PID
    case $1 in
    usdt-dyn*) "$command" list -p "$2" ;;
    bpftrace*) timeout --foreground -s KILL 60 bpftrace -l -p "$2" 'usdt:*' ;;
    tplist*) timeout --foreground -s KILL 60 tplist-bpfcc -p "$2" ;;
    esac </dev/null >"$work/listed" 2>/dev/null
}

measure_list() { # PROCESS PROBE-OF-IT
    local lister round start rounds=15 times
    is_quick && rounds=1
    for ((round = 0; round < rounds; round++)); do
        for lister in "${listers[@]}"; do
            start=${EPOCHREALTIME/[.,]/}
            list_with "$lister" "$(pid_of "$1")"
            echo $((${EPOCHREALTIME/[.,]/} - start)) >>"$work/${lister%% *}.$1.us"
            grep -q "$2" "$work/listed" || fail "$lister does not list $2"
        done
    done
    for lister in "${listers[@]}"; do
        mapfile -t times <"$work/${lister%% *}.$1.us"
        row list "$lister, $1" us "${times[@]}"
    done
}

# ---- trace ------------------------------------------------------------------------------------

tracers=('usdt-dyn trace' 'usdt-dyn trace --json' 'bpftrace printf' 'bpftrace printf (32 MiB)'
    'perf record, perf script (32 MiB)' 'perf trace (32 MiB)')

# usdt-dyn has 32 MiB of buffers a processor; the others get as much, bpftrace also its own default.
start_with() { # TRACER
    local program='usdt::bench_events:fired { printf("fired %d %s\n", arg0, str(arg1)); }'
    case $1 in
    'usdt-dyn trace') start_tracer trace "$command" trace -p "$pid" ;;
    'usdt-dyn trace --json') start_tracer trace "$command" trace -p "$pid" --json ;;
    'bpftrace printf') start_tracer trace bpftrace -p "$pid" -e "$program" ;;
    'bpftrace printf ('*) start_tracer trace env BPFTRACE_PERF_RB_PAGES=8192 bpftrace -p "$pid" -e "$program" ;;
    'perf record'*)
        start_tracer trace perf record -q -m 32M -e "$event_group:fired" -p "$pid" -o "$work/perf.data"
        ;;
    'perf trace'*) start_tracer trace perf trace -m 32M -e "$event_group:fired" -p "$pid" -o "$(out_of trace)" ;;
    esac
    if [[ $1 == usdt-dyn* ]]; then
        wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of trace)"
    else
        wait_tracer trace
    fi
}

# Processor time of children that have ended and were waited for, in milliseconds, in $cpu.
read_cpu() {
    local line user system
    times >"$work/times"
    { read -r line && read -r user system; } <"$work/times"
    cpu=0
    for line in "$user" "$system"; do
        [[ $line =~ ^([0-9]+)m([0-9]+)[.,]([0-9]{3})s$ ]] || fail "the time $line is not understood"
        cpu=$((cpu + BASH_REMATCH[1] * 60000 + 10#${BASH_REMATCH[2]} * 1000 + 10#${BASH_REMATCH[3]}))
    done
}

# One round: puts into files what it cost.
trace_events() { # PART TRACER EVENTS RATE
    local fired ns before came
    read_cpu
    before=$cpu
    start_with "$2"
    ask_line events "$3 $4" '^fired'
    [[ $answer =~ ^fired\ ([0-9]+)\ in\ ([0-9]+)\ ns$ ]] || fail "not understood: $answer"
    fired=${BASH_REMATCH[1]} ns=${BASH_REMATCH[2]}
    stop trace
    [[ $2 != 'perf record'* ]] || perf script -i "$work/perf.data" </dev/null >"$(out_of trace)" 2>/dev/null
    read_cpu
    came=$(grep -c 'some text' "$(out_of trace)" || true)
    ((came > 0)) || fail "$2 shows no event"
    echo $((ns / fired)) >>"$work/$1.program.$2"
    echo "$came $ns" | awk '{ print $1 * 1e9 / $2 }' >>"$work/$1.speed.$2"
    echo "$came $fired" | awk '{ print 100 * $1 / $2 }' >>"$work/$1.shown.$2"
    echo $(((cpu - before) * 1000000 / came)) >>"$work/$1.tracer.$2"
}

rows_of_trace() { # PART WHAT IN-WORDS UNIT
    local tracer figures
    for tracer in "${tracers[@]}"; do
        mapfile -t figures <"$work/$1.$2.$tracer"
        row "$1" "$tracer: $3" "$4" "${figures[@]}"
    done
}

measure_trace() { # PART EVENTS RATE ROUNDS
    local round tracer rounds=$4 count=$2
    is_quick && rounds=1 count=$((count / 100))
    for ((round = 0; round < rounds; round++)); do
        for tracer in "${tracers[@]}"; do
            trace_events "$1" "$tracer" "$count" "$3"
        done
    done
    # At a steady rate it is the rate that says how fast they come.
    if [[ $3 == 0 ]]; then
        rows_of_trace "$1" program 'an event costs the program' ns
        rows_of_trace "$1" speed 'shown a second' 1/s
    fi
    rows_of_trace "$1" shown 'shown' %
    rows_of_trace "$1" tracer 'an event costs the tracer' ns
}

# ---- the run ----------------------------------------------------------------------------------

start events "$USDT_DYN_BUILD/tests/bench/bench-events"
wait_line events '^ready'
pid=$(pid_of events)
# shellcheck disable=SC2016 # the $ is ruby's
start ruby ruby -e '$stdout.sync = true; puts "ready"; $stdin.read'
wait_line ruby '^ready'
measure_list events bench_events
# Debian 13 builds Ruby without its probes.
if "$command" list -p "$(pid_of ruby)" array__create >/dev/null; then
    measure_list ruby array__create
fi

# perf wants the probe as an event of the kernel's.
place=$("$command" list -p "$pid" --spec tracefs bench_events:fired)
uprobe_add fired "${place#* }"
measure_trace trace 200000 0 5
measure_trace trace-steady 20000 20000 3
