#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# loop.sh COUNT [half|all]: runs tests/run.sh that often, and fails if one of the runs fails. In half of the runs, or
# in all, something else keeps every processor busy. Tells what each run came to, and keeps its output in a file.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
logs=$root/build/loop
count=${1:?usage: loop.sh COUNT [half|all]} busy=${2:-none}
loads=() failures=0

end_loads() {
    [[ ${#loads[@]} == 0 ]] || kill "${loads[@]}" 2>/dev/null || true
    loads=()
}
trap end_loads EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start_loads() {
    local processors i
    processors=$(nproc)
    for ((i = 0; i < processors; i++)); do
        while :; do :; done &
        loads+=($!)
    done
}

mkdir -p "$logs"
for ((run = 1; run <= count; run++)); do
    status=0 beside=quiet start=$SECONDS
    if [[ $busy == all || ($busy == half && $((run % 2)) == 0) ]]; then
        beside=busy
        start_loads
    fi
    "$root/tests/run.sh" >"$logs/$run.log" 2>&1 </dev/null || status=$?
    end_loads
    echo "run $run, $beside, $((SECONDS - start)) s: $(tail -n 1 "$logs/$run.log")"
    if ((status != 0)); then
        failures=$((failures + 1))
        sed -n '/^Failed:/,/^$/p' "$logs/$run.log"
    fi
done
echo "$failures of $count runs failed; see $logs"
((failures == 0))
