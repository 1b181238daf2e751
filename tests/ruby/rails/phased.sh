#!/bin/bash
# SPDX-License-Identifier: MIT
# A phased restart of Puma while its workers are traced: each worker loads the program itself, and
# with one shared image a tracer has them all, those to come too.
# shellcheck disable=SC2016 # evaluated later
source "$(dirname "$0")/lib.sh"
need root bpftrace

export USDT_DYN_BACKING=shared USDT_DYN_DIR=$work/images APP_PROVIDER=application
mkdir -m 700 "$USDT_DYN_DIR"
make_app
preload=no start_puma puma 2
mapfile -t workers < <(workers_of puma)
image=$(awk '/shop/ && index($6, ENVIRON["USDT_DYN_DIR"]) == 1 { print $6; exit }' "/proc/${workers[0]}/maps")
[[ -n $image ]] || fail 'no shared image'

start_tracer all bpftrace -e "
    usdt:$image:shop:action { printf(\"action %d %s\\n\", pid, str(arg1)); }
    BEGIN { printf(\"ready\\n\"); }"
wait_line all '^ready'
for worker in "${workers[@]}"; do
    wait_for 20 eval "ask_worker $worker GET /show && line_matches all '^action $worker OrdersController#show' 1"
done
kill -USR1 "$(pid_of puma)"
wait_for 60 eval '[[ $(grep -c "booted in.*phase: 1" "$(out_of puma)") == 2 ]]'
mapfile -t reborn < <(workers_of puma)
for worker in "${reborn[@]}"; do
    [[ " ${workers[*]} " != *" $worker "* ]] || fail "worker $worker is an old one"
    wait_for 20 eval "ask_worker $worker GET /show && line_matches all '^action $worker OrdersController#show' 1"
done
stop all
for worker in "${reborn[@]}"; do
    wait_for 20 eval '[[ $(ask_http GET /listeners) == "200 '"$worker"' 0" ]]'
done
expect_equal 'what went wrong in Puma' '' "$(grep -iE 'error|usdt-ffi|segfault' "$(err_of puma)" "$(out_of puma)" "$APP_ROOT/rails.log" || true)"
