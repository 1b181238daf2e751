#!/bin/bash
# SPDX-License-Identifier: MIT
# A Ruby program's probes as each tool lists them, while they are enabled and no longer.
source "$(dirname "$0")/lib.sh"
need root bpftrace tplist-bpfcc

start_ruby app
pid=$(pid_of app)
run app 'P = StaticTracing::Provider.register("listed"); P.add_tracepoint("created", id: Integer, name: String); P.enable' >/dev/null
run app 'P.add_tracepoint("later", Float); P.path' >/dev/null

bpftrace_list() { timeout --foreground -s KILL 30 bpftrace -l 'usdt:*:listed:*' -p "$pid" </dev/null 2>/dev/null | sed 's/.*:\(listed:.*\)/\1/' | sort; }
tplist_list() { timeout --foreground -s KILL 30 tplist-bpfcc -p "$pid" </dev/null 2>/dev/null | grep -oE 'listed:[a-z]+' | sort; }

both='listed:created
listed:later'
expect_equal 'bpftrace -l' "$both" "$(bpftrace_list)"
expect_equal 'tplist' "$both" "$(tplist_list)"
if [[ -x $USDT_DYN_BUILD/src/usdt-dyn ]]; then
    expect_match 'usdt-dyn list' 'listed:created\(id: int64, name: string\)' "$("$USDT_DYN_BUILD/src/usdt-dyn" list -p "$pid" 'listed:*')"
fi
run app 'P.disable' >/dev/null
expect_equal 'bpftrace -l after disable' '' "$(bpftrace_list)"
expect_equal 'tplist after disable' '' "$(tplist_list || true)"
run app 'P.enable' >/dev/null
expect_equal 'bpftrace -l after enable' "$both" "$(bpftrace_list)"
