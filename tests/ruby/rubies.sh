#!/bin/bash
# SPDX-License-Identifier: MIT
#
#   rubies.sh ROOT...
#
# The gem's own tests with the Rubies of other Debian releases: all that there are in each chroot, as
# `debootstrap --include ruby,ruby-ffi,ruby-minitest,libelf1 SUITE ROOT` makes them, and with YJIT where it is built in.
here=$(cd "$(dirname "$0")" && pwd)
export USDT_DYN_SOURCE=${here%/tests/ruby}
export USDT_DYN_BUILD=${USDT_DYN_BUILD:-$USDT_DYN_SOURCE/build}
# shellcheck source=tests/e2e/lib.sh
source "$here/../e2e/lib.sh"
# shellcheck source=tests/tracers/chroot.sh
source "$here/../tracers/chroot.sh"
trap 'status=$?; leave_chroots; (exit $status); clean_up' EXIT
need root

run_in() { # ROOT COMMAND...
    local root=$1
    shift
    chroot "$root" env USDT_DYN_LIB="$USDT_DYN_BUILD/src/libusdt-dyn.so.0" "$@" </dev/null
}

run_tests() { # ROOT RUBY OPTION...
    echo "$1: $(run_in "$@" -v)"
    run_in "$@" -w "$USDT_DYN_SOURCE/bindings/ruby/test/run.rb" 2>"$work/warnings" || {
        cat "$work/warnings" >&2
        fail "$*"
    }
    ! grep -F -e "$USDT_DYN_SOURCE" -e '(usdt-ffi)' "$work/warnings" >&2 || fail 'warnings'
}

for root in "$@"; do
    enter_chroot "$root"
    bind "$USDT_DYN_SOURCE" "$root"
    for path in "$root"/usr/bin/ruby[0-9]*.[0-9]; do
        ruby=${path#"$root"}
        run_tests "$root" "$ruby"
        ! run_in "$root" "$ruby" --yjit -e 'exit RubyVM::YJIT.enabled?' 2>/dev/null || run_tests "$root" "$ruby" --yjit
    done
done
