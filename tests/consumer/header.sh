#!/bin/bash
# SPDX-License-Identifier: MIT
# header.sh COMPILER STANDARD: the header and all of its macros compile without a warning, alone and
# twice, with much that compilers can complain about turned on.
set -euo pipefail

compiler=$1
standard=$2
command -v "$compiler" >/dev/null || {
    echo "SKIP: no $compiler" >&2
    exit 77
}

here=$(dirname "$0")
flags=(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual -Werror
    "-std=$standard" -O2 -I "$USDT_DYN_SOURCE/include" -c -o /dev/null)
case $standard in
c++*) language=c++ ;;
*)
    language=c
    flags+=(-Wstrict-prototypes -Wmissing-prototypes)
    ;;
esac

"$compiler" "${flags[@]}" -x "$language" "$here/header_use.c"
printf '#include "usdt-dyn.h"\n#include "usdt-dyn.h"\n' | "$compiler" "${flags[@]}" -x "$language" -

# A value too many is refused by the compiler, and not cut off.
if sed 's/11, 12)/11, 12, 13)/' "$here/header_use.c" | "$compiler" "${flags[@]}" -x "$language" - 2>/dev/null; then
    echo 'FAIL: 13 values compile'
    exit 1
fi
