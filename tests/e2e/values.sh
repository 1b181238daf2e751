#!/bin/bash
# SPDX-License-Identifier: MIT
# values.sh BACKING [SITE]: every type with its extreme values, every number of arguments that
# bpftrace can name, and every kind of string.
source "$(dirname "$0")/app.sh"
need root bpftrace

start_app app ${2:+USDT_DYN_SITE=$2}
new_provider app val "$1"
act app probe val narrow int8 uint8 int16 uint16 int32 uint32
act app probe val wide int64 uint64 pointer double
act app probe val none
act app probe val one int64
act app probe val seven int64 int64 int64 int64 int64 int64 int64
act app probe val twelve int8 uint8 int16 uint16 int32 uint32 int64 uint64 pointer double int8 string
act app probe val text string
act app load val

# shellcheck disable=SC2016 # the $ is bpftrace's
export BPFTRACE_STRLEN=200 # with the NUL; at 199 letters 0.23 says that it has cut them
attach trace app '
    usdt::val:narrow { printf("narrow %d %u %d %u %d %u\n", arg0, arg1, arg2, arg3, arg4, arg5); }
    usdt::val:wide { printf("wide %lld %llu %llx %llx\n", arg0, arg1, arg2, arg3); }
    usdt::val:none { printf("none\n"); }
    usdt::val:one { printf("one %d\n", arg0); }
    usdt::val:seven { printf("seven %d %d %d %d %d %d\n", arg0, arg1, arg2, arg3, arg4, arg5); }
    usdt::val:twelve { printf("twelve %d %d %d %d %d %d\n", arg0, arg1, arg2, arg3, arg4, arg5); }
    usdt::val:text { printf("text [%s]\n", str(arg0)); }' \
    val narrow wide none one seven twelve text

act app fire val narrow -128 0 -32768 0 -2147483648 0
act app fire val narrow 127 255 32767 65535 2147483647 4294967295
act app fire val narrow -1 128 -1 32768 -1 2147483648
act app fire val wide -9223372036854775808 0 0 -0.0
act app fire val wide 9223372036854775807 18446744073709551615 0xffffffffffffffff 1.7976931348623157e308
act app fire val wide -1 1 0x7ffff0001000 0.1
act app fire val none
act app fire val one -42
act app fire val seven 1 2 3 4 5 6 7
act app fire val twelve -1 2 -3 4 -5 6 -7 8 9 10.5 -11 =twelve
for string in empty null =café =日本語✓ x198 untouched=fresh; do
    act app fire val text $string
done
# What the library does for such a string: without it the tracer sees nothing.
act app bare val text untouched=unseen
act app fire val text =end
wait_line trace '^text \[end'
stop trace

letters=$(printf 'abcdefghijklmnopqrstuvwxyz%.0s' {1..8})
expect_equal 'what bpftrace printed' "narrow -128 0 -32768 0 -2147483648 0
narrow 127 255 32767 65535 2147483647 4294967295
narrow -1 128 -1 32768 -1 2147483648
wide -9223372036854775808 0 0 8000000000000000
wide 9223372036854775807 18446744073709551615 ffffffffffffffff 7fefffffffffffff
wide -1 1 7ffff0001000 3fb999999999999a
none
one -42
seven 1 2 3 4 5 6
twelve -1 2 -3 4 -5 6
text []
text []
text [café]
text [日本語✓]
text [${letters::198}]
text [fresh]
text []
text [end]" "$(printed trace)"
for probe in narrow wide none one seven twelve text; do
    expect app 0 semaphore val $probe
done
