#!/bin/bash
# SPDX-License-Identifier: MIT
# unit.sh [--yjit]: the gem's own tests, with warnings on: a warning from its code, or from what it compiles, is a failure.
source "$(dirname "$0")/lib.sh"
if [[ ${1:-} == --yjit ]]; then
    ruby --yjit -e 'exit RubyVM::YJIT.enabled?' 2>/dev/null || skip 'this Ruby was built without YJIT'
fi

cd "$USDT_DYN_SOURCE/bindings/ruby"
ruby -w "$@" test/run.rb 2>"$work/warnings" || fail 'ruby -w test/run.rb'
! grep -F -e "$PWD" -e '(usdt-ffi)' "$work/warnings" >&2 || fail 'warnings'
