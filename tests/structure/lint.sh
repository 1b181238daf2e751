#!/bin/bash
# SPDX-License-Identifier: MIT
# lint.sh DETECTION BACKING: what eu-elflint and readelf have to say of an image. One complaint is
# inherent: eu-elflint knows the owner neither of SystemTap's notes nor of ours ("unknown object file
# note type"), and has the same to say of every program with SystemTap probes. Every other one is a
# failure.
source "$(dirname "$0")/../e2e/app.sh" "$2"
need eu-elflint readelf

option=()
[[ $1 != site ]] || option=(detect=site)
start_app app
new_provider app lint "$2" "${option[@]}"
act app probe lint none
act app probe lint some int8 uint16 int32 uint64 pointer string double int64 int64 int64 int64 int64
act app many lint 100
act app load lint
act app path lint
image=$answer

eu-elflint --gnu-ld "$image" >"$work/lint.out" 2>&1 || true
expect_equal 'what eu-elflint says' '' "$(grep -Ev \
    "^(section|phdr) ?\[ *[0-9]+\] '\.note\.(stapsdt|usdt-dyn)': unknown object file note type [0-9]+ with owner name '(stapsdt|usdt-dyn)' at offset [0-9]+$|^No errors$" \
    "$work/lint.out" || true)"

readelf -aW "$image" >"$work/readelf.out" 2>"$work/readelf.err"
expect_equal 'what readelf says' '' "$(cat "$work/readelf.err")"
expect_equal 'warnings of readelf' '' "$(grep -iE 'warning|error|<corrupt|<unknown' "$work/readelf.out" || true)"
expect_equal 'notes that readelf finds' 102 "$(grep -c NT_STAPSDT "$work/readelf.out")"
