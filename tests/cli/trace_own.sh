#!/bin/bash
# SPDX-License-Identifier: MIT
# trace on probes of this library: every type, twelve arguments, what bpftrace prints, the ways to end.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs bpftrace python3

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")

# trace NAME OPTION...: starts it and waits until it is attached.
trace() {
    local name=$1
    shift
    start_tracer "$name" "$command" trace "$@"
    wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of "$name")"
}
values() { "$here/values.py" "${@:2}" <"$(out_of "$1")"; }
fire() { ask "$1" "fire $2" '^ok' >/dev/null; }

start_app() { # NAME BACKING
    start "$1" env USDT_DYN_BACKING="$2" "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
    wait_line "$1" '^ok ready'
    ask "$1" 'provider shop' '^ok' >/dev/null
    ask "$1" 'probe shop twelve int8 uint8 int16 uint16 int32 uint32 int64 uint64 pointer string double string' '^ok' >/dev/null
    ask "$1" 'probe shop six int8 uint16 int32 int64 uint64 string' '^ok' >/dev/null
    ask "$1" 'probe shop none' '^ok' >/dev/null
    ask "$1" 'load shop' '^ok' >/dev/null
}

# --- all types, all arguments, in a file with a name and in one without
for backing in file memfd; do
    app=app-$backing
    start_app "$app" $backing
    # shellcheck disable=SC2016 # the $ is bpftrace's
    start_tracer bpf bpftrace -p "$(pid_of "$app")" -e 'usdt::shop:six {
        printf("six %d %u %d %ld %lu %s\n", (int8)arg0, arg1, (int32)arg2, arg3, arg4, str(arg5)); }'
    trace all -p "$(pid_of "$app")" 'shop:*' --json
    ask "$app" 'await shop six 1' '^ok' >/dev/null
    wait_for "$wait_limit" grep -q Attaching "$(out_of bpf)"
    wait_tracer bpf
    fire "$app" 'shop six -1 65535 -3 -9223372036854775808 18446744073709551615 =bread'
    fire "$app" 'shop six 127 0 2147483647 1 2 empty'
    fire "$app" 'shop twelve -128 255 -32768 65535 -2147483648 4294967295 -1 18446744073709551615 4096 =x1 -0.1 null'
    fire "$app" 'shop none'
    stop all
    wait_line bpf '^six 127'
    stop bpf
    expect_equal 'as bpftrace shows them' "$(grep ^six "$(out_of bpf)")" "$(values all | grep ^six)"
    expect_equal 'all twelve' \
        'twelve -128 255 -32768 65535 -2147483648 4294967295 -1 18446744073709551615 4096 x1 -0.1 ' \
        "$(values all | grep ^twelve)"
    expect_equal 'no argument' none "$(values all | grep ^none)"
    expect_equal 'the semaphore after' 'ok 0' "$(ask "$app" 'semaphore shop twelve' '^')"
done

# --- several processes, two traces at once, the text form
trace both -p "$(pid_of app-file)" -p "$(pid_of app-memfd)" 'sh*:n?ne'
trace other -p "$(pid_of app-file)" none six
for app in app-file app-memfd; do
    fire $app 'shop none'
done
fire app-file 'shop six 1 2 3 4 5 =a"b'
stop both
stop other
for app in app-file app-memfd; do
    pid=$(pid_of $app)
    expect_match "an event of $app" "^[0-9:]{8}\.[0-9]{6} $pid/$pid usdt-dyn-target shop:none$" \
        "$(cat "$(out_of both)")"
done
expect_equal 'what the other saw' "shop:none
shop:six a0=1 a1=2 a2=3 a3=4 a4=5 a5=\"a\\\"b\"" "$(cut -d' ' -f4- "$(out_of other)")"

# --- forms: --as, --summary, --hist
trace hex -p "$(pid_of app-file)" six --as a1=hex --as arg3=unsigned
trace summary -p "$(pid_of app-file)" --summary
trace hist -p "$(pid_of app-file)" --hist a2
for number in 0 1 5 6 7 -1; do
    fire app-file "shop six 1 255 $number -1 5 =x"
done
fire app-file 'shop none'
stop hex
stop summary
stop hist
expect_match '--as' ' a1=0xff a2=5 a3=18446744073709551615 ' "$(cat "$(out_of hex)")"
expect_equal 'the summary' 'shop:six 6
shop:none 1' "$(awk '$1 ~ /^shop/ { print $1, $2 }' "$(out_of summary)")"
expect_equal 'the histogram' '(..., 0) 1
[0] 1
[1] 1
[4, 8) 3' "$(sed -nE 's/^([[(][^])]*[])]) +([0-9]+) .*/\1 \2/p' "$(out_of hist)" | grep -v ' 0$')"

# --- ends by itself: --count, --duration, a closed pipe, the end of the process
trace count -p "$(pid_of app-file)" --count 2
for _ in 1 2 3; do fire app-file 'shop none'; done
wait_end count || fail '--count: not 0'
expect_equal '--count' 2 "$(wc -l <"$(out_of count)")"

trace duration -p "$(pid_of app-file)" --duration 0.2
wait_end duration || fail '--duration: not 0'

(
    set +o pipefail
    timeout --foreground -s KILL $tracer_limit "$command" trace -p "$(pid_of app-file)" none 2>"$(err_of pipe)" | head -n 1
    echo "status ${PIPESTATUS[0]}"
) >"$(out_of pipe)" &
register pipe $!
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$(err_of pipe)"
pipe_ended() { fire app-file 'shop none' && has_ended pipe; }
wait_for "$wait_limit" pipe_ended
expect_match 'a closed pipe' '^status 0$' "$(cat "$(out_of pipe)")"
expect_equal 'what came through' 1 "$(grep -c shop:none "$(out_of pipe)")"

# A full disk is another matter.
status=0
"$command" trace -p "$(pid_of app-file)" none >/dev/full 2>"$work/full.err" &
register full $!
wait_for "$wait_limit" grep -q 'Ctrl-C ends it' "$work/full.err"
fire app-file 'shop none'
wait_end full || status=$?
expect_equal 'a full disk' 3 $status
expect_match 'what is said' 'cannot write the output' "$(cat "$work/full.err")"

trace last -p "$(pid_of app-memfd)"
fire app-memfd 'shop none'
close_stdin app-memfd
wait_end last || fail 'the end of the process: not 0'
expect_equal 'before the end' 1 "$(wc -l <"$(out_of last)")"

trace nothing -p "$(pid_of app-file)"
close_stdin app-file
status=0
wait_end nothing || status=$?
expect_equal 'nothing before the end' 1 $status
