#!/bin/bash
# SPDX-License-Identifier: MIT
# The Ruby programs of the READMEs, as they stand there, traced with the command that stands there.
source "$(dirname "$0")/lib.sh"
need root bpftrace

for readme in README.md bindings/ruby/README.md; do
    # The first block of Ruby is the program, the lines from bpftrace -p on are the command.
    # shellcheck disable=SC2016 # the backquotes are the README's
    sed -n '/^```ruby$/,/^```$/{/^```/!p; /^```$/q}' "$USDT_DYN_SOURCE/$readme" >"$work/orders.rb"
    grep -q 'shipped.fire' "$work/orders.rb" || fail "$readme has no program"
    script=$(sed -n "/^bpftrace -p \$! -e '/,/'\$/p" "$USDT_DYN_SOURCE/$readme" | sed "s/^bpftrace -p \$! -e '//; s/'\$//")
    [[ -n $script ]] || fail "$readme has no bpftrace command"

    start orders ruby -w -I "$USDT_DYN_SOURCE/bindings/ruby/lib" "$work/orders.rb"
    wait_for 10 grep -q orders.1.so "/proc/$(pid_of orders)/maps"
    start_tracer trace bpftrace -p "$(pid_of orders)" -e "$script"
    wait_line trace '^[0-9]+ to café$'
    from=$(grep -c . "$(out_of trace)")
    wait_line trace '^[0-9]+ to café$' $((from + 20)) # the wrapper has had its time to go in
    stop trace
    expect_match "$readme: the histogram" '^@microseconds: ?$' "$(cat "$(out_of trace)")"
    stop orders
    expect_match "$readme: no warnings" '^(.*Interrupt.*)$' "$(cat "$(err_of orders)")"
done
