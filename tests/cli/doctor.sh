#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# doctor.sh: what the doctor says of this machine, and of one that lacks something.
source "$(dirname "$0")/../e2e/lib.sh"
need root tracefs bpftrace

command=$USDT_DYN_BUILD/src/cli/usdt-dyn

# says STATUS REGEX... -- COMMAND...: the doctor's exit status, and a line that matches each. What it says is in $said.
says() {
    local expected=$1 status=0 regex
    local -a wanted=()
    shift
    while [[ $1 != -- ]]; do
        wanted+=("$1")
        shift
    done
    shift
    said=$("$@" 2>&1) || status=$?
    for regex in "${wanted[@]}"; do
        expect_match "$*" "$regex" "$said"
    done
    expect_equal "$*: status" "$expected" "$status"
}

kernel=$(uname -r)
says 0 "^ok +kernel +Linux ${kernel//./\\.}" '^ok +rights +root' '^ok +tracefs +mounted' '^ok +site +nop' \
    "^ok +bpftrace +[0-9.]+" '^ok +trial +a probe was made in .*usdt_dyn_doctor.*, traced and fired$' -- \
    "$command" doctor
[[ $said != *$'\e'* ]] || fail 'colours where no terminal is'

says 3 '^no +rights +user 65534: .*sudo' '^no +tracefs .*run it as root' -- \
    setpriv --reuid 65534 --regid 65534 --clear-groups "$command" doctor
[[ $said != *trial* ]] || fail 'a trial that can only fail'

says 0 '^limit +library .*USDT_DYN_DISABLE=1' -- env USDT_DYN_DISABLE=1 "$command" doctor
says 0 '^limit +site .*USDT_DYN_SITE=bogus is not a site' -- env USDT_DYN_SITE=bogus "$command" doctor
says 0 '^limit +tracers +none is installed .*apt-get install bpftrace' -- env PATH=/nowhere "$command" doctor

if unshare -m --propagation private true 2>/dev/null; then
    # shellcheck disable=SC2016 # that shell's
    says 3 '^no +tracefs +not mounted: mount -t tracefs' -- unshare -m bash -c '
        umount /sys/kernel/debug/tracing /sys/kernel/debug /sys/kernel/tracing 2>/dev/null
        exec "$0" doctor' "$command"
    # shellcheck disable=SC2016
    says 0 '^limit +/dev/shm +mounted noexec' '^ok +trial +a probe was made in /proc/' -- unshare -m bash -c '
        mount -t tmpfs -o noexec tmpfs /dev/shm && exec env -u XDG_RUNTIME_DIR "$0" doctor' "$command"
fi

says 2 'doctor takes no arguments' -- "$command" doctor what
says 0 '^usdt-dyn doctor$' -- "$command" doctor --help
