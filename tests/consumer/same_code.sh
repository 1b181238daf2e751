#!/bin/bash
# SPDX-License-Identifier: MIT
# same_code.sh COMPILER LANGUAGE: up to the branch that is taken while a tracer is attached,
# usdt_dyn_emit() is the same instructions as usdt_dyn_fire().
set -euo pipefail

command -v "$1" >/dev/null || {
    echo "SKIP: no $1" >&2
    exit 77
}
object=$(mktemp)
trap 'rm -f "$object"' EXIT
"$1" -x "$2" -O2 -fno-pic -I "$USDT_DYN_SOURCE/include" -c "$(dirname "$0")/same_code.c" -o "$object"

# The instructions of a function up to its first return, without addresses.
disabled() {
    objdump -d --no-show-raw-insn "$object" | sed -n "/<$1>:/,/ret/p" |
        sed -E '1d; s/^ *[0-9a-f]+:\t//; s/[0-9a-f]+ <[^>]*>//; s/ *#.*//; s/[[:space:]]+$//'
}

emit=$(disabled emit)
[[ $emit == *movzwl* || $emit == *ldrh* ]] || {
    echo "FAIL: there is no check in: $emit"
    exit 1
}
diff <(echo "$emit") <(disabled fire) || {
    echo 'FAIL: usdt_dyn_emit() (above) is other code than usdt_dyn_fire()'
    exit 1
}
echo "$emit"
