# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Rows of figures as measure.c prints them: a line of JSON each.

# A hundredth of the work, only to see that it runs.
is_quick() { [[ ${BENCH_QUICK:-} == 1 ]]; }

# row PART CASE UNIT FIGURE...
row() {
    local part=$1 name=$2 unit=$3
    shift 3
    printf '%s\n' "$@" | LC_ALL=C sort -g | LC_ALL=C awk -v part="$part" -v name="$name" -v unit="$unit" '
        { figure[NR] = $1 }
        END {
            median = (figure[int((NR + 1) / 2)] + figure[int(NR / 2) + 1]) / 2
            printf "{\"part\":\"%s\",\"case\":\"%s\",\"unit\":\"%s\",\"median\":%.4g,", part, name, unit, median
            printf "\"low\":%.4g,\"high\":%.4g,\"rounds\":%d}\n", figure[1], figure[NR], NR
        }'
}
