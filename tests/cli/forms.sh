#!/bin/bash
# SPDX-License-Identifier: MIT
# The forms of trace where they have little to show: --as that means nothing, --hist of real numbers and of what
# can't be fetched, --summary on a narrow terminal.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn

trace() { # NAME OPTION...
    local name=$1
    shift
    start_tracer "$name" "$command" trace "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
fire() { ask app "fire $*" '^ok' >/dev/null; }

start app "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
ask app 'provider warehouse_of_orders' '^ok' >/dev/null
ask app 'probe warehouse_of_orders measured_at_the_door double' '^ok' >/dev/null
ask app 'probe warehouse_of_orders stocked int64' '^ok' >/dev/null
ask app 'load warehouse_of_orders' '^ok' >/dev/null

# --- an argument that there is not
trace as -p "$(pid_of app)" --as bogus=hex --as 'nobody:a0=hex' --as a0=hex --as arg0=signed
stop as
expect_equal 'which --as mean nothing' "usdt-dyn: --as bogus=hex: none of these probes has an argument of that name
usdt-dyn: --as nobody:a0=hex: none of these probes has an argument of that name" \
    "$(grep -o '^.*--as .*: none of these probes has an argument of that name' "$(err_of as)")"

# --- real numbers
trace real -p "$(pid_of app)" --hist a0 measured_at_the_door
trace json -p "$(pid_of app)" --hist a0 --json measured_at_the_door
for number in 0 0.3 0.4 0.25 0.75 1.5 3.5 -0.3 -6 -6 1e-310 1e300 inf -inf nan; do
    fire warehouse_of_orders measured_at_the_door $number
done
stop real
stop json
expect_equal 'the buckets' '[-inf] 1
...
(-8, -4] 2
(-4, -2] 0
(-2, -1] 0
(-1, -0.5] 0
(-0.5, -0.25] 1
...
[0] 1
...
[8.69169e-311, 1.73834e-310) 1
...
[0.25, 0.5) 3
[0.5, 1) 1
[1, 2) 1
[2, 4) 1
...
[6.69693e+299, 1.33939e+300) 1
...
[inf] 1' "$(sed -nE 's/^([[(][^])]*[])]) +([0-9]+) .*/\1 \2/p; /^\.\.\./p' "$(out_of real)")"
expect_equal 'as JSON' '"count":14,"unknown":1,"buckets":[["-Infinity",1],[-8,2],[-0.5,1],[0,1],[8.69169475979376e-311,1],[0.25,3],[0.5,1],[1,1],[2,1],[6.696928794914171e+299,1],["Infinity",1]]}' \
    "$(grep -o '"count".*' "$(out_of json)")"
expect_match 'what is no number' 'measured_at_the_door: events whose a0 was not a number or could not be fetched: 1$' "$(cat "$(err_of real)")"

# --- what can't be fetched
if [[ -x $USDT_DYN_BUILD/tests/cli/usdt-dyn-sdt ]]; then
    start sdt "$USDT_DYN_BUILD/tests/cli/usdt-dyn-sdt"
    wait_line sdt '^ready'
    trace unknown -p "$(pid_of sdt)" indexed --hist arg0
    ask sdt one '^done' >/dev/null
    ask sdt two '^done' >/dev/null
    stop unknown
    expect_match 'what is said' '^usdt-dyn: sdt:indexed: events whose arg0 was not a number or could not be fetched: 2$' \
        "$(cat "$(err_of unknown)")"
fi

# --- a terminal of 40 columns
cat >"$work/narrow.py" <<'END'
import fcntl, os, pty, re, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 24, 40, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
try:
    while True:
        text = os.read(terminal, 65536)
        os.write(1, text)
except OSError:
    pass
os.waitpid(pid, 0)
END
start narrow python3 "$work/narrow.py" "$command" trace -p "$(pid_of app)" --summary --count 12
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(out_of narrow)"
for number in {1..10}; do fire warehouse_of_orders measured_at_the_door "$number"; done
fire warehouse_of_orders stocked 1
wait_for "$wait_limit" grep -q 'EVENTS/S' "$(out_of narrow)"
fire warehouse_of_orders stocked 2
wait_end narrow || fail 'the narrow terminal: not 0'
shown=$(sed -E 's/\r//g; s/\x1b\[[0-9]*[A-Zm]//g' "$(out_of narrow)" | grep -v '^usdt-dyn:')
expect_equal 'lines that are too long' '' "$(grep -E '^.{41}' <<<"$shown" || true)"
expect_equal 'the last table' '…:measured_at_the_door 10
…use_of_orders:stocked 2' "$(tail -n 2 <<<"$shown" | awk '{ print $1, $2 }')"
