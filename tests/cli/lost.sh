#!/bin/bash
# SPDX-License-Identifier: MIT
# A trace that is stopped while the probes fire on loses events, and tells of each: those that came and those that
# were lost are as many as were fired.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs
wait_limit=90

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
start burst "$USDT_DYN_BUILD/tests/cli/usdt-dyn-burst" 1000000 2
wait_line burst '^ready'
# As text it would have records of its own now and then, which are counted too if they are lost.
start_tracer trace "$command" trace -p "$(pid_of burst)" --as text=hex
wait_for "$wait_limit" grep -q number=100 "$(out_of trace)"
kill -STOP "$(pgrep -P "$(pid_of trace)")"
wait_line burst '^fired'
kill -CONT "$(pgrep -P "$(pid_of trace)")"
wait_end trace || fail 'the trace: not 0'
fired=$(sed -nE 's/^fired ([0-9]+) .*/\1/p' "$(out_of burst)")
lost=$(sed -nE 's/.* ([0-9]+) events lost.*/\1/p' "$(err_of trace)" | awk '{ sum += $1 } END { print sum + 0 }')
came=$(wc -l <"$(out_of trace)")
echo "fired $fired, came $came, lost $lost"
((lost > 0)) || fail 'nothing was told lost'
expect_equal 'what came and what was lost' "$fired" $((came + lost))
