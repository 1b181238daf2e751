#!/bin/bash
# SPDX-License-Identifier: MIT
# Wherever a process has its files: named, deleted, in another mount namespace, without a name. Each probe is
# listed, traced, and told to other tracers in their words.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs cc perf gdb python3
wait_limit=60

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")

"$here/many_probes.py" 3 >"$work/program.s"
mkdir "$work/a folder" "$work/hidden"
cc -o "$work/a folder/program" "$work/program.s"
cp "$work/a folder/program" "$work/deleted"
cp "$work/a folder/program" "$work/program"

# check NAME PATH: lists and traces the program NAME, whose file is to be shown as PATH.
check() {
    local pid
    pid=$(pid_of "$1")
    wait_line "$1" '^ready'
    expect_equal "where $1 is" "$2 $2 $2" "$("$command" list -p "$pid" 'many:*' --json |
        python3 -c 'import json, sys; print(*(json.loads(line)["path"] for line in sys.stdin))')"
    start_tracer "trace-$1" "$command" trace -p "$pid" 'many:probe_[02]' --count 2
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "trace-$1")"
    expect_equal "$1 is traced" 'probe_0 true
probe_1 false
probe_2 true' "$("$command" list -p "$pid" --json | sed -nE 's/.*"probe":"(probe_[0-9]).*"enabled":([a-z]*),.*/\1 \2/p')"
    tell "$1" ''
    wait_end "trace-$1" || fail "tracing $1: not 0"
    expect_equal "the events of $1" 'many:probe_0 arg0=7
many:probe_2 arg0=7' "$(grep -o 'many:.*' "$(out_of "trace-$1")")"
}

start named "$work/a folder/program"
check named "$work/a folder/program"

start deleted "$work/deleted"
wait_line deleted '^ready'
rm "$work/deleted"
check deleted "$(echo /proc/"$(pid_of deleted)"/map_files/* | tr ' ' '\n' | head -1)"

# The folder has the program in the namespace of the process only.
if has_namespaces; then
    # shellcheck disable=SC2016 # the $ are of the other shell
    start contained unshare -m --propagation private bash -c \
        'mount -t tmpfs none "$1"; cp "$2" "$1"; exec "$1/program"' _ "$work/hidden" "$work/program"
    check contained "/proc/$(pid_of contained)/root$work/hidden/program"
fi

# --- in the words of others, pasted
start app env USDT_DYN_BACKING=file "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
shop=shop_$$ # perf's events are of the whole machine
ask app "provider $shop" '^ok' >/dev/null
ask app "probe $shop paid int64 string double" '^ok' >/dev/null
ask app "load $shop" '^ok' >/dev/null
pid=$(pid_of app)
spec() { "$command" list -p "$pid" $shop:paid --spec "$1"; }

read -ra perf_words <<<"$(spec perf)"
expect_match perf "Added new event" "$(HOME=$work timeout --foreground -s KILL 60 "${perf_words[@]}" </dev/null 2>&1)"
HOME=$work timeout --foreground -s KILL 60 perf probe -q -d "sdt_$shop:paid" </dev/null || fail 'perf probe -d'

# tracefs: with the group and the instance of this test.
place=$(spec tracefs)
expect_match 'a line for uprobe_events' "^p:$shop/paid " "$place"
uprobe_add paid "${place#p:"$shop"/paid }"
uprobe_enable paid 1
ask app "await $shop paid 1" '^ok' >/dev/null
ask app "fire $shop paid 7 =text 0.5" '^ok' >/dev/null
expect_match 'the event' '^paid: .* a0=7 a1="text" ' "$(uprobe_trace)"
uprobe_enable paid 0

gdb_line=$(spec gdb)
expect_match 'gdb' '^Breakpoint 1 at 0x' "$(timeout --foreground -s KILL 60 gdb -p "$pid" -batch -ex "$gdb_line" </dev/null 2>&1)"
