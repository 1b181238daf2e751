#!/bin/bash
# SPDX-License-Identifier: MIT
# exports.sh LIBRARY: the shared library exports exactly what the public header declares, under the
# versions of the version script, and has its soname.
set -euo pipefail

library=$1
header=$USDT_DYN_SOURCE/include/usdt-dyn.h

# The header without comments and inline functions: every function that is declared for the library.
declared=$(gcc -E -P -x c -D__extension__= "$header" | tr '\n' ' ' |
    grep -oE '__attribute__ ?\(\(visibility\("default"\)\)\)[^;]*;' |
    grep -oE 'usdt_dyn_[a-z0-9_]+ ?\(' | tr -d ' (' | sort)
exported=$(nm -D --defined-only --without-symbol-versions "$library" | awk '$2 != "A" { print $3 }' | sort -u)
versions=$(nm -D --defined-only "$library" | sed -n 's/.*@@\{0,1\}//p' | sort -u)
soname=$(readelf -dW "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')

[[ $(wc -l <<<"$declared") -ge 14 ]] || {
    echo "the header's functions were not found: $declared"
    exit 1
}
if ! diff -u --label 'declared in the header' --label 'exported by the library' \
    <(echo "$declared") <(echo "$exported"); then
    echo 'A new function goes into the version script; one that is gone breaks programs.'
    exit 1
fi
[[ $soname == libusdt-dyn.so.0 ]] || {
    echo "the soname is $soname"
    exit 1
}
[[ $versions == $'USDT_DYN_0.1\nUSDT_DYN_0.2' ]] || {
    echo "the symbol versions are: $versions"
    exit 1
}
