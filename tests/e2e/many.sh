#!/bin/bash
# SPDX-License-Identifier: MIT
# many.sh BACKING: 10,000 probes in one provider are all listed, and the last one is traced.
source "$(dirname "$0")/app.sh"
need root bpftrace

start_app app
new_provider app crowd "$1"
act app many crowd 9999
act app probe crowd last string
act app load crowd

run_tracer list bpftrace -l 'usdt:*:crowd:*' -p "$(pid_of app)" || fail 'bpftrace -l failed'
sed -nE 's/^usdt:.*:(crowd:[a-z0-9]+)$/\1/p' "$(out_of list)" | sort >"$work/seen"
{
    printf 'crowd:p%d\n' {0..9998}
    echo crowd:last
} | sort >"$work/expected"
cmp "$work/expected" "$work/seen" || fail "$(wc -l <"$work/seen") probes are listed and not 10000"

# shellcheck disable=SC2016 # the $ is bpftrace's
attach trace app 'usdt::crowd:last { printf("%s\n", str(arg0)); }' crowd last
act app fire crowd last =found
wait_line trace '^found$'
stop trace
expect app 0 semaphore crowd last
