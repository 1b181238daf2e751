#!/bin/bash
# SPDX-License-Identifier: MIT
# compare.sh COUNT [FIRST-SEED]: programs made at random come to the same, whether the gem traces their methods
# or is not loaded. The wrappers are in all the time, go in and out with the mode, and for some follow
# `usdt-dyn trace`, where there can be a tracer.
#
# A seed gives the same program again: `compare.sh 1 SEED`.
source "$(dirname "$0")/../lib.sh"

[[ $(id -u) == 0 && -w $tracefs/uprobe_events ]] && export DIFFERENTIAL_TRACER=$USDT_DYN_BUILD/src/cli/usdt-dyn
ruby "$(dirname "${BASH_SOURCE[0]}")/run.rb" "$@"
