#!/bin/bash
# SPDX-License-Identifier: MIT
# The bash completion: commands, options, tracers, and the probes of the process that was given.
source "$(dirname "$0")/../e2e/lib.sh"

PATH=$USDT_DYN_BUILD/src/cli:$PATH
# shellcheck source=src/cli/usdt-dyn.bash-completion
source "$USDT_DYN_SOURCE/src/cli/usdt-dyn.bash-completion"

# complete_words WORD...: what is offered for the last of them.
complete_words() {
    COMP_WORDS=(usdt-dyn "$@")
    COMP_CWORD=$#
    COMPREPLY=()
    _usdt_dyn
    printf '%s\n' "${COMPREPLY[@]}" | sort | xargs
}

cd "$work"
expect_equal 'a command' trace "$(complete_words tr)"
expect_equal 'an option' --summary "$(complete_words trace --s)"
expect_equal 'a tracer' 'bcc bpftrace' "$(complete_words list --spec b)"
expect_match 'a process' "\\b$$\\b" "$(complete_words trace -p "$$")"
start app "$USDT_DYN_BUILD/tests/e2e/usdt-dyn-target"
wait_line app '^ok ready'
ask app 'provider shop' '^ok' >/dev/null
ask app 'probe shop paid int64' '^ok' >/dev/null
ask app 'probe shop sent int64' '^ok' >/dev/null
ask app 'load shop' '^ok' >/dev/null
expect_equal 'its probes' 'shop:paid shop:sent' "$(complete_words trace -p "$(pid_of app)" sh)"
expect_equal 'behind the colon' paid "$(complete_words trace -p "$(pid_of app)" shop : p)"
