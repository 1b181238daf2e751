#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever the command is given, it answers with a sentence and the exit status of its interface.
source "$(dirname "$0")/../e2e/lib.sh"
need python3 cc

command=$USDT_DYN_BUILD/src/cli/usdt-dyn
here=$(dirname "$0")

# expect STATUS REGEX ARGUMENT...: the exit status, and a line on stderr.
expect() {
    local wanted=$1 regex=$2 status=0
    shift 2
    timeout --foreground -s KILL 60 "$command" "$@" </dev/null >"$work/stdout" 2>"$work/stderr" || status=$?
    [[ $status == "$wanted" ]] || fail "usdt-dyn $*: exit status $status, not $wanted: $(head -3 "$work/stderr")"
    grep -Eq -- "$regex" "$work/stderr" "$work/stdout" ||
        fail "usdt-dyn $*: no line like '$regex' in: $(head -3 "$work/stderr")"
}

# --- usage
expect 2 'give a command'
expect 2 'unknown command "frob"' frob
expect 2 'option --frob is unknown.* see usdt-dyn list --help' list --frob
expect 2 'give a process id' list -p abc
expect 2 'give a process id' list -p 0
expect 2 'give a process id' trace -p 99999999999999999999
expect 2 'Give a process' trace 'a:*'
expect 2 'events above 0' trace -p 1 --count 0
expect 2 'seconds above 0' trace -p 1 --duration nan
expect 2 'string, hex' trace -p 1 --as arg0=frob
expect 2 'string, hex' trace -p 1 --as =string
expect 2 'the tracers are' list --spec frob
expect 2 'one of them' list --json --spec gdb
expect 2 'one of them' trace -p 1 --summary --hist x
expect 2 'an empty pattern' list ''
expect 2 'takes no arguments' doctor x
for words in --help 'list --help' 'trace --help' 'doctor --help'; do
    # shellcheck disable=SC2086 # words
    expect 0 '^ *usdt-dyn' $words
    (($(wc -l <"$work/stdout") <= 24)) || fail "$words does not fit a screen"
done
for words in --version 'list --version' 'trace --version' 'doctor --version'; do
    # shellcheck disable=SC2086 # words
    expect 0 '^usdt-dyn [0-9]+\.[0-9]+\.[0-9]+$' $words
done

# --- nothing there
expect 1 'there is no process' list -p 2147483647
expect 1 'there is no process' trace -p 2147483647
expect 1 'no probe matches' list "$command"
expect 1 'No such file' list /nowhere/at/all
expect 1 'not a regular file' list /dev/null
expect 1 'not an ELF file' list "$0"

# --- files that lie
for number in 5 10; do "$here/many_probes.py" $number >"$work/small$number.s"; done
cc -o "$work/good" "$work/small10.s"
expect 0 'many:probe_9 ' list "$work/good"
head -c 3000 "$work/good" >"$work/short"
expect 1 '(broken ELF file|cut short|no probe matches)' list "$work/short"
# A note that says it is longer than its section.
python3 - "$work" <<'END'
import struct, sys
work = sys.argv[1]
data = bytearray(open(work + "/good", "rb").read())
note = data.find(struct.pack("<I", 8), data.find(b"stapsdt\0") - 12)
data[note + 4:note + 8] = struct.pack("<I", 0x7ffffff0)
open(work + "/long_note", "wb").write(data)
# A probe that points at no code.
data = bytearray(open(work + "/good", "rb").read())
address = data.find(b"stapsdt\0") + 8
data[address:address + 8] = struct.pack("<Q", 0xdeadbeef)
open(work + "/no_code", "wb").write(data)
# Names with what a terminal would obey, and that no tracer takes.
data = open(work + "/good", "rb").read().replace(b"probe_9\0", b"a\x1b[2J: \0")
open(work + "/odd", "wb").write(data)
END
expect 1 'runs past the end' list "$work/long_note"
expect 0 'points at no code' list "$work/no_code"
expect 0 'many:a\\x1b\[2J: ' list "$work/odd"
! grep -q $'\033' "$work/stdout" || fail 'an escape sequence came through'
expect 0 'many:probe_1$' list "$work/odd" --spec bpftrace
expect 0 'names may have only letters' list "$work/odd" --spec bpftrace
"$command" list "$work/odd" --json | python3 -c 'import json, sys; [json.loads(line) for line in sys.stdin]'

# --- notes of 100 MB, of which the disk has nothing
cat >"$work/huge.s" <<'END'
.text
.globl main
main: ret
.section .note.stapsdt, "", "note"
.balign 4
.skip 104857600
.section .note.GNU-stack, "", @progbits
END
cc -o "$work/huge" "$work/huge.s"
expect 1 'bytes of notes are more than' list "$work/huge"
rm "$work/huge"

# --- not permitted
if [[ $(id -u) == 0 ]]; then
    mkdir -p "$work/public"
    cp "$command" "$work/public"
    chmod -R a+rX "$work"
    as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$work/public/usdt-dyn" "$@"; }
    status=0
    as_nobody list -p $$ >"$work/stdout" 2>"$work/stderr" || status=$?
    expect_equal "another's process" 3 $status
    expect_match 'what to do' 'as root or as the same user' "$(cat "$work/stderr")"
    status=0
    as_nobody trace -p $$ >"$work/stdout" 2>"$work/stderr" || status=$?
    expect_equal "tracing another's process" 3 $status
    status=0
    as_nobody list >"$work/stdout" 2>"$work/stderr" || status=$?
    [[ $status == 0 || $status == 1 ]] || fail "list of a user without rights: $status"
    status=0
    as_nobody doctor >"$work/stdout" 2>"$work/stderr" || status=$?
    expect_equal 'doctor without rights' 3 $status
    expect_match 'what to do' '^no .*sudo' "$(cat "$work/stdout")"
fi
if [[ $(id -u) == 0 ]] && has_namespaces; then
    # No tracefs: a mount namespace without it.
    status=0
    start sleeper "$work/good"
    wait_line sleeper '^ready'
    unshare -m --propagation private bash -c 'umount -l /sys/kernel/tracing /sys/kernel/debug 2>/dev/null
        exec "$@"' _ "$command" trace -p "$(pid_of sleeper)" >"$work/stdout" 2>"$work/stderr" || status=$?
    expect_equal 'no tracefs' 3 $status
    expect_match 'what to do' 'mount -t tracefs' "$(cat "$work/stderr")"
fi
