#!/bin/bash
# SPDX-License-Identifier: MIT
# What list shows, and that it is what bpftrace shows, ten times as fast.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace /usr/bin/python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn

# Both name a process's files through /proc/PID/root at times.
spec_of() {
    "$command" list -p "$1" --spec bpftrace | sort
}
bpftrace_of() {
    timeout --foreground -s KILL 60 bpftrace -l -p "$1" 'usdt:*' </dev/null |
        sed -E "s|/proc/$1/root/|/|" | sort -u
}

# --- our own probes, named and typed
for backing in file memfd; do
    start "app-$backing" env USDT_DYN_BACKING=$backing "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
    app=app-$backing
    wait_line "$app" '^ok ready'
    ask "$app" 'provider shop' '^ok' >/dev/null
    ask "$app" 'probe shop paid int64 string double' '^ok' >/dev/null
    ask "$app" 'probe shop none' '^ok' >/dev/null
    ask "$app" 'load shop' '^ok' >/dev/null
    pid=$(pid_of "$app")
    expect_equal "the probes of $backing" "$(bpftrace_of "$pid" | sed 's/.*:shop:/shop:/')" \
        "$(spec_of "$pid" | sed 's/.*:shop:/shop:/')"
    expect_match 'the table' '^ *'"$pid"'  shop:paid  *a0: int64, a1: string, a2: double  *no ' \
        "$("$command" list -p "$pid")"
    expect_equal 'the JSON' "$(printf '%s\n' "$pid shop paid a0:int64,a1:string,a2:double True False")" \
        "$("$command" list -p "$pid" 'shop:p*' --json | python3 -c '
import json, sys
for line in sys.stdin:
    p = json.loads(line)
    args = ",".join(a["name"] + ":" + a["type"] for a in p["args"])
    assert p["path"].startswith("/") and all(a["operand"] for a in p["args"])
    print(p["pid"], p["provider"], p["probe"], args, p["semaphore"], p["enabled"])')"
done

# --- a tracer is attached
spec=$("$command" list -p "$(pid_of app-memfd)" paid --spec bpftrace)
start_tracer trace bpftrace -e "$spec { printf(\"%d\\n\", arg0); }"
ask app-memfd 'await shop paid 1' '^ok' >/dev/null
expect_equal 'who is traced' 'none False paid True' "$("$command" list -p "$(pid_of app-memfd)" --json |
    python3 -c '
import json, sys
print(*(x for line in sys.stdin for p in [json.loads(line)] for x in (p["probe"], p["enabled"])))')"
stop trace
ask app-memfd 'await shop paid 0' '^ok' >/dev/null

# --- the probes of others: Debian's Python has some
start python /usr/bin/python3 -uc 'import sys; print("ready"); sys.stdin.read()'
wait_line python '^ready'
pid=$(pid_of python)
expect_equal 'the probes of python' "$(bpftrace_of "$pid")" "$(spec_of "$pid")"
expect_match 'python has probes' ':python:gc__start$' "$(spec_of "$pid")"
expect_equal 'the probes of a file' "$(spec_of "$pid" | grep :python:)" \
    "$("$command" list "$("$command" list -p "$pid" 'python:gc__start' --json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["path"])')" --spec bpftrace | sort)"

# --- of all processes
all=$("$command" list 'shop:*' 'python:gc__start' --json)
for name in app-file app-memfd python; do
    expect_match 'all processes' "^{\"pid\":$(pid_of $name)," "$all"
done

# --- the time: the best of seven each, side by side
best_of_seven() {
    local best=999999999 start end
    for _ in 1 2 3 4 5 6 7; do
        start=${EPOCHREALTIME/[.,]/}
        "$@" </dev/null >/dev/null 2>&1
        end=${EPOCHREALTIME/[.,]/}
        ((end - start < best)) && best=$((end - start))
    done
    echo $best
}
ours=$(best_of_seven "$command" list -p "$pid")
theirs=$(best_of_seven timeout --foreground -s KILL 60 bpftrace -l -p "$pid" 'usdt:*')
echo "list -p: usdt-dyn $ours us, bpftrace $theirs us: $((theirs / ours)) times as fast"
((theirs >= 10 * ours)) || fail 'list is not ten times as fast as bpftrace -l'
