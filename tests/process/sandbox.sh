#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# sandbox.sh [SITE]: a worker that has shut itself in with a seccomp filter is traced like any other, and
# is never killed for a system call that a fire makes.
source "$(dirname "$0")/../e2e/app.sh"
need root bpftrace

# shellcheck disable=SC2016 # the $ is bpftrace's
show='{ printf("%d %s\n", arg0, str(arg1)); }'

trace() { # IMAGE
    start_tracer trace bpftrace -e "usdt:$1:sandbox:p $show"
    wait_tracer trace
}

# worker KIND CALLS BEFORE|AFTER: when the tracer comes, from the making of the worker.
worker() {
    local image
    start app env ${site:+USDT_DYN_SITE=$site} "$USDT_DYN_BUILD/tests/process/sandbox" "$1" "$2"
    wait_line app '^ready'
    image=${answer#ready }
    if [[ $3 == before ]]; then
        trace "$image"
        ask_line app F '^fired'
        ask_line app F '^fired' # through what the kernel has made of the site
    fi
    ask_line app W '^shut in'
    if [[ $3 == after ]]; then
        ask_line app f '^not enabled'
        trace "$image"
    fi
    ask_line app f '^fired'
    ask_line app f '^fired'
    wait_for "$wait_limit" has_events "$([[ $3 == after ]] && echo 2 || echo 4)"
    stop trace
    ask_line app f '^not enabled'
    close_stdin app
    wait_end app || fail "$*: the program has ended with $?"
}

has_events() {
    [[ $(printed trace) == "$(yes '42 café' | head -n "$1")" ]]
}

site=${1:-}
for kind in fork _Fork clone thread; do
    for calls in madvise none; do
        for tracer in before after; do
            # It would need madvise: docs/reliability.md, "The 5-byte site".
            [[ $site/$kind/$calls/$tracer != nop5/[_c]*/none/before ]] || continue
            worker "$kind" "$calls" "$tracer"
        done
    done
done
