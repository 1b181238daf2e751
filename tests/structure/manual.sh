#!/bin/bash
# SPDX-License-Identifier: MIT
# What mandoc has to say of the manual pages of the interface. One complaint is inherent: a page has no
# date of its own, it is as old as the version in its foot.
set -euo pipefail

command -v mandoc >/dev/null || {
    echo 'SKIP: no mandoc' >&2
    exit 77
}
cd "$USDT_DYN_BUILD/src/man3"
mapfile -t pages < <(grep -l '^\.TH' ./*.3) # the others lead to these
[[ ${#pages[@]} -ge 30 ]] || {
    echo "FAIL: the pages were not found: ${pages[*]}"
    exit 1
}
complaints=$(mandoc -Tlint -W warning "${pages[@]}") || true # its status tells of the date as well
if grep -v ' WARNING: missing date, using "": TH$' <<<"$complaints"; then
    exit 1
fi
