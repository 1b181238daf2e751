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
# Not what warns of C++11 itself, of padding (it is there), and of the order that C89 wants.
[[ $compiler != clang ]] || flags+=(-Weverything -Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-padded
    -Wno-declaration-after-statement -Wno-unknown-warning-option -Wno-pre-c11-compat -Wno-pre-c23-compat)
case $standard in
c++*)
    language=c++
    flags+=(-Wold-style-cast -Wzero-as-null-pointer-constant)
    [[ $compiler == clang ]] || flags+=(-Wuseless-cast)
    ;;
*)
    language=c
    flags+=(-Wstrict-prototypes -Wmissing-prototypes)
    ;;
esac

"$compiler" "${flags[@]}" -x "$language" "$here/header_use.c"
printf '#include "usdt-dyn.h"\n#include "usdt-dyn.h"\n' | "$compiler" "${flags[@]}" -x "$language" -
if [[ $language == c++ ]]; then
    printf 'extern "C" {\n#include "%s"\n}\n' "$here/header_use.c" | "$compiler" "${flags[@]}" -x c++ -
fi

case $standard in
c++17 | c++2*)
    "$compiler" "${flags[@]}" -DCASE=0 "$here/hpp_use.cpp"
    "$compiler" "${flags[@]}" -DCASE=0 -fno-exceptions -fno-rtti "$here/hpp_use.cpp"
    ;;
esac

# A value too many is refused by the compiler, and not cut off.
if sed 's/11, 12)/11, 12, 13)/' "$here/header_use.c" | "$compiler" "${flags[@]}" -x "$language" - 2>/dev/null; then
    echo 'FAIL: 13 values compile'
    exit 1
fi
