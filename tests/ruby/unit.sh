#!/bin/bash
# SPDX-License-Identifier: MIT
# The gem's own tests, with warnings on: a warning from its code is a failure.
source "$(dirname "$0")/lib.sh"

cd "$USDT_DYN_SOURCE/bindings/ruby"
ruby -w test/run.rb 2>"$work/warnings" || fail 'ruby -w test/run.rb'
! grep "$PWD" "$work/warnings" >&2 || fail 'warnings'
