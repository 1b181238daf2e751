#!/bin/bash
# SPDX-License-Identifier: MIT
# Values of every type as bpftrace reads them, in UTF-8 and below zero, in all forms of a fire.
source "$(dirname "$0")/lib.sh"
need root bpftrace

start_ruby app
run app 'P = StaticTracing::Provider.register("types"); P.name' >/dev/null
run app 'NUMBERS = P.add_tracepoint("numbers", Integer, :uint64, :int32, :uint16, :int8, true); 1' >/dev/null
run app 'TEXTS = P.add_tracepoint("texts", id: Integer, text: String, symbol: Symbol, weight: Float, at: :pointer); 1' >/dev/null
expect_equal 'fire before enable' false "$(run app 'TEXTS.fire(1, "a", :b, 1.5, nil)')"
expect_equal 'enable' true "$(run app 'P.enable')"
expect_equal 'fire without a tracer' 'false false' "$(run app '[TEXTS.fire(1, "a", :b, 1.5, nil), TEXTS.enabled?].join(" ")')"

# shellcheck disable=SC2016 # the $ is bpftrace's
start_tracer trace bpftrace -p "$(pid_of app)" -e '
    usdt::types:numbers { printf("numbers %lld %llu %d %d %d %d\n", arg0, arg1, (int32)arg2, arg3, (int8)arg4, arg5); }
    usdt::types:texts { printf("texts %d <%s> <%s> %llx %llx\n", arg0, str(arg1), str(arg2), arg3, arg4); }'
run app 'await { NUMBERS.enabled? && TEXTS.enabled? }' >/dev/null
wait_tracer trace
run app 'NUMBERS.fire(-2**63, 2**64 - 1, -1, 65_535, -128, true)' >/dev/null
run app 'NUMBERS.fire { [2**63 - 1, 0, 2**31 - 1, 0, 127, false] }' >/dev/null
# What the interpreter keeps in a word, and what it does not any more.
run app 'NUMBERS.fire(2**62 - 1, 2**62 - 1, 0, 1, 0, nil)' >/dev/null
run app 'NUMBERS.fire(2**62, 2**62, 0, 2, 0, nil)' >/dev/null
run app 'NUMBERS.fire(-2**62, 0, 0, 3, 0, nil)' >/dev/null
run app 'NUMBERS.fire(-2**62 - 1, 0, 0, 4, 0, nil)' >/dev/null
run app 'TEXTS.fire(-1, "café ☕", :größe, 1.5, nil)' >/dev/null
run app 'TEXTS.fire(2, nil, "frozen".freeze, -0.0, 4096)' >/dev/null
run app 'TEXTS.fire(3, "cut\0here", "\xE9".b, 3, FFI::Pointer.new(255))' >/dev/null
run app 'TEXTS.fire(4, "x" * 63, "", 2.0, 1)' >/dev/null
expect_equal 'a value that does not fit' false "$(run app 'NUMBERS.fire(2**63, 0, 0, 0, 0, nil)')"
expect_equal 'a fire with a tracer' true "$(run app 'TEXTS.fire(5, "last", :last, 0.0, 0)')"
wait_line trace '^texts 5'
stop trace
expect_equal 'events' 'numbers -9223372036854775808 18446744073709551615 -1 65535 -128 1
numbers 9223372036854775807 0 2147483647 0 127 0
numbers 4611686018427387903 4611686018427387903 0 1 0 0
numbers 4611686018427387904 4611686018427387904 0 2 0 0
numbers -4611686018427387904 0 0 3 0 0
numbers -4611686018427387905 0 0 4 0 0
texts -1 <café ☕> <größe> 3ff8000000000000 0
texts 2 <> <frozen> 8000000000000000 1000
'$'texts 3 <cut> <\xe9> 4008000000000000 ff
texts 4 <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx> <> 4000000000000000 1
texts 5 <last> <last> 0 0' "$(grep -aE '^(numbers|texts)' "$(out_of trace)")"
expect_equal 'after the tracer' 'false false' "$(run app 'await { !TEXTS.enabled? }; [TEXTS.fire(6, "", "", 0, 0), NUMBERS.enabled?].join(" ")')"
