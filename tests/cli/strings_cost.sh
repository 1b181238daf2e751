#!/bin/bash
# SPDX-License-Identifier: MIT
# What a hit with a string costs: as the kernel's own type, and as `usdt-dyn trace` fetches it. Not a test. Least of
# many short rounds, each kind in turn: other work makes a round longer, never shorter.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
start app "$USDT_DYN_BUILD/tests/cli/usdt-dyn-strings"
wait_line app '^ready'
site=$("$command" list -p "$(pid_of app)" sdt:one --spec tracefs | sed 's/^p:[^ ]* //; s/ .*//')
uprobe_add own "$site site=\\1:u32 comm=\$comm f0=+0(%di):string"

# The least that a hit took, in ns.
least() { # NAME LENGTH
    local ns
    for _ in 1 2 3; do
        ns=$(ask app "cost $2" '^cost')
        ns=${ns#cost }
        [[ -n ${costs[$1]:-} ]] && ((costs[$1] <= ns)) || costs[$1]=$ns
    done
}
# Fires until there are no pieces but those that such strings need.
settle() { # NAME LENGTH PIECES
    local run
    run=$(pgrep -P "$(pid_of "$1")")
    until [[ $(on_pieces "$run") == "$3" ]]; do
        ask app "cost $2" '^cost' >/dev/null
    done
}
on_pieces() { # RUN: how many further pieces are on
    local event count=0
    for event in s1 s2; do
        [[ $(<"$tracefs/instances/usdt-dyn.$1/events/usdt_dyn_$1/$event/enable") == 0 ]] ||
            count=$((count + $(grep -c "usdt_dyn_$1/$event " $tracefs/uprobe_events)))
    done
    echo $count
}

for case in 10=0 31=0 100=1 1000=2 4000=5; do
    length=${case%=*}
    declare -A costs=()
    for round in {1..8}; do
        name=trace$length.$round
        uprobe_enable own 1
        least own "$length"
        uprobe_enable own 0
        start_tracer "$name" "$command" trace -p "$(pid_of app)" --json sdt:one --as arg0=string
        wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
        settle "$name" "$length" "${case#*=}"
        least pieces "$length"
        stop "$name"
    done
    echo "$length bytes: ${costs[own]} ns as the kernel's string, ${costs[pieces]} ns in pieces: $(
        bc <<<"scale=2; ${costs[pieces]} / ${costs[own]}") times"
done
