#!/bin/bash
# SPDX-License-Identifier: MIT
# All twelve arguments arrive: read with the kernel's own uprobe events, at the operands in the note.
source "$(dirname "$0")/lib.sh"
need root tracefs readelf
[[ $(uname -m) == x86_64 ]] || skip 'the operands are those of x86-64'

start_ruby app
path=$(run app 'P = StaticTracing::Provider.register("twelve"); TP = P.add_tracepoint("all", *([Integer] * 12)); P.enable; P.path')
note=$(readelf -n "$path" 2>/dev/null)
site=$(sed -n 's/.*Location: 0x0*\([0-9a-f]*\),.*/\1/p' <<<"$note")
semaphore=$(sed -n 's/.*Semaphore: 0x0*\([0-9a-f]*\)$/\1/p' <<<"$note")

# -8@%rdi is %di:s64, -8@8(%rsp) is +8(%sp):s64
fetch=$(sed -n 's/.*Arguments: //p' <<<"$note" | tr ' ' '\n' | sed -E 's/^-8@%r([a-z]+|[0-9]+)$/%\1:s64/; s/%([0-9])/%r\1/; s/^-8@([0-9]+)\(%rsp\)$/+\1(%sp):s64/' | nl -w1 -s= | sed 's/^/a/' | tr '\n' ' ')
uprobe_add all "$path:0x$site(0x$semaphore) $fetch"
uprobe_enable all 1
run app 'await { TP.enabled? }' >/dev/null
expect_equal 'fire' true "$(run app 'TP.fire(*(1..12).map { |n| -n * 1_000_000_007 })')"
expected=$(for n in {1..12}; do printf ' a%d=%d' "$n" "$((-n * 1000000007))"; done)
expect_equal 'event' "${expected# }" "$(uprobe_trace | sed 's/.*) //')"
