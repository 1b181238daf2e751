#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A program that was linked with 0.1 runs with this library as it did; one that was linked with this
# library and finds 0.1 is told so by the dynamic linker.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-versions.XXXXXX")
trap 'rm -rf "$work"' EXIT
compile=("${CC:-cc}" -std=c11 -I "$USDT_DYN_SOURCE/include")
new=$USDT_DYN_BUILD/src

# 0.1 as far as the linkers see it.
mkdir "$work/old"
echo 'int usdt_dyn_provider_add_probe(void) { return 0; }' >"$work/old.c"
echo 'USDT_DYN_0.1 { usdt_dyn_provider_add_probe; };' >"$work/old.map"
"${CC:-cc}" -shared -fPIC -Wl,-soname,libusdt-dyn.so.0 "-Wl,--version-script=$work/old.map" "$work/old.c" \
    -o "$work/old/libusdt-dyn.so.0"
ln -s libusdt-dyn.so.0 "$work/old/libusdt-dyn.so"

# expect_output LINKED-WITH RUN-WITH PATTERN
expect_output() {
    "${compile[@]}" "$here/versions.c" -L "$1" -lusdt-dyn -o "$work/program"
    LD_LIBRARY_PATH=$2 "$work/program" >"$work/out" 2>&1 || true
    grep -qx -- "$3" "$work/out" || {
        echo "FAIL: linked with $1, run with $2: no \"$3\" in:"
        cat "$work/out"
        exit 1
    }
}

expect_output "$new" "$new" 'never enabled'
expect_output "$work/old" "$new" 'NULL'
expect_output "$new" "$work/old" ".*libusdt-dyn\.so\.0: version \`USDT_DYN_0\.2' not found (required by .*"
