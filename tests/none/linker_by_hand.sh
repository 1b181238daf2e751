#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program that is started by way of the dynamic linker, as launchers of bundled programs do, is not
# a static one: it has probes.
set -euo pipefail

program=$USDT_DYN_BUILD/tests/arch/operands-test
linker=$(readelf -lW "$program" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
"$linker" "$program"
