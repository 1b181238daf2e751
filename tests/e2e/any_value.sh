#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# any_value.sh COUNT: no value that is fired can hurt the program, whatever it is and whoever traces it,
# and a tracer sees what the kernel shows of it.
source "$(dirname "$0")/app.sh"
need root tracefs bpftrace

start app "$USDT_DYN_BUILD/tests/e2e/any-value" "$1"
wait_line app '^ready'
image=${answer#ready }
string=9 types=11 # USDT_DYN_STRING, and how many there are

# What the kernel itself shows, by a tracefs event.
read -r site semaphore _ <<<"$(note_of "$image" any "type$string")"
uprobe_add string "$image:$site($semaphore) s=+0(%di):ustring"
uprobe_enable string 1

# shellcheck disable=SC2016 # the $ is bpftrace's
program='usdt:'$image':any:type'$string' { printf("<%s>\n", str(arg0)); @strings = count(); }
    usdt:'$image':any:twelve { @twelve = count(); @s = str(arg0); @t = str(arg2); }'
for ((type = 0; type < types; type++)); do
    ((type == string)) || program+=" usdt:$image:any:type$type { @others = count(); }"
done
start_tracer trace bpftrace -e "$program"
wait_tracer trace

tell app go
wait_line app '^fired strings'
wait_for "$wait_limit" uprobe_has_events 11
expect_equal 'strings as the kernel shows them' 'good
(fault)
(fault)
(fault)
(fault)
(fault)
(fault)
(fault)
(fault)
(fault)
fine' "$(uprobe_trace | sed 's/.* s="\{0,1\}\([^"]*\)"\{0,1\}$/\1/')"
wait_line trace '^<fine>'
expect_equal 'strings as bpftrace shows them' $'<good>\n<fine>' \
    "$(printed trace | grep -v '^<>$' | sed 's/^<xxxxxxxx.*/<>/' | grep -v '^<>$')"
uprobe_enable string 0

tell app go
wait_line app "^lived $1\$"
wait_end app || fail "the program has ended with $?"
stop trace
expect_match 'values of twelve arguments' '^@twelve: [1-9]' "$(cat "$(out_of trace)")"
expect_match 'values of other types' '^@others: [1-9]' "$(cat "$(out_of trace)")"
