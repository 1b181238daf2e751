#!/bin/bash
# SPDX-License-Identifier: MIT
# perf.sh BACKING: perf keeps the probes of a named file in its cache, makes events of them, and
# records them. It cannot add a file without a name, which a memfd is: docs/tracers.md says so.
source "$(dirname "$0")/app.sh"
need root tracefs perf

# perf's events are the whole machine's, and it wants their names without provider to be different.
provider=perf_$$
probe=sold_$$
start_app app
new_provider app $provider "$1"
act app probe $provider $probe int32 string uint64
act app load $provider
act app path $provider
image=$answer

run_tracer add perf --buildid-dir "$work/cache" buildid-cache --add "$image" || added=$?
if [[ $image == /proc/* ]]; then
    expect_match 'perf on a memfd' "^Couldn't add $image" "$(cat "$(err_of add)")"
    run_tracer list perf --buildid-dir "$work/cache" list "sdt_$provider:*" || fail 'perf list failed'
    expect_equal 'perf list' '' "$(grep "sdt_$provider" "$(out_of list)" || true)"
    exit 0
fi
[[ ${added:-0} == 0 ]] || fail 'perf buildid-cache failed'

run_tracer list perf --buildid-dir "$work/cache" list "sdt_$provider:*" || fail 'perf list failed'
expect_match 'perf list' "sdt_$provider:$probe " "$(cat "$(out_of list)")"

events+=("sdt_$provider/$probe")
run_tracer probe perf --buildid-dir "$work/cache" probe "sdt_$provider:$probe" || fail 'perf probe failed'
expect app 0 enabled $provider $probe

start_tracer record perf record -q -e "sdt_$provider:$probe" -p "$(pid_of app)" -o "$work/perf.data"
wait_attached record app $provider $probe
wait_tracer record
act app fire $provider $probe -7 =bread 18446744073709551615
act app fire $provider $probe 8 =milk 3
stop record
act app await $provider $probe 0

run_tracer script perf script -i "$work/perf.data" -F comm,pid,event,trace || fail 'perf script failed'
expect_equal 'what perf recorded' "usdt-dyn-target sdt_$provider:$probe: arg1=-7 arg3=18446744073709551615
usdt-dyn-target sdt_$provider:$probe: arg1=8 arg3=3" \
    "$(sed -E 's/^ *([^ ]+).*(sdt_[^ ]*) .*(arg1=[^ ]*) .*(arg3=[^ ]*).*/\1 \2 \3 \4/' "$(out_of script)")"
