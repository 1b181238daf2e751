#!/bin/bash
# SPDX-License-Identifier: MIT
# At what rate trace begins to lose events: loss.sh [SECONDS]. Some programs fire as fast as they can, all at once,
# into one trace that writes a file. What came and what was lost are of the same run.
set -euo pipefail

build=${USDT_DYN_BUILD:?the folder that the project was built in}
seconds=${1:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-loss.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "processors: $(nproc)"
printf '%9s  %12s  %10s  %10s  %s\n' programs 'fired/s' events lost file
for programs in 1 2 4 8; do
    targets=()
    for ((i = 0; i < programs; i++)); do
        "$build/tests/cli/usdt-dyn-burst" 2000000 "$seconds" >"$work/burst.$i" &
        targets+=(-p $!)
    done
    for ((i = 0; i < programs; i++)); do
        until grep -q ready "$work/burst.$i"; do sleep 0.02; done
    done
    "$build/src/cli/usdt-dyn" trace "${targets[@]}" --json >"$work/events" 2>"$work/errors"
    wait
    fired=$(sed -nE 's/^fired ([0-9]+) in .*/\1/p' "$work"/burst.* | paste -sd+ | bc)
    ms=$(sed -nE 's/^fired .* in ([0-9]+) ms/\1/p' "$work"/burst.* | sort -n | tail -1)
    lost=$(sed -nE 's/.* ([0-9]+) events lost.*/\1/p' "$work/errors" | paste -sd+ | bc)
    printf '%9d  %12d  %10d  %10d  %s\n' "$programs" $((fired * 1000 / ms)) \
        "$(wc -l <"$work/events")" "${lost:-0}" "$(du -h "$work/events" | cut -f1)"
    rm "$work"/burst.* "$work/events"
done
