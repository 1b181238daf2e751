#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# abi.sh           compares the built library with the stored description of the binary interface:
#                  programs that were linked with the older library must run with this one. What was
#                  added is fine.
# abi.sh --store   writes the description anew. To be done after an addition; never to make this test
#                  pass again after a change, which needs a new soname.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
library=${USDT_DYN_BUILD:-$root/build}/src/libusdt-dyn.so
stored=$root/tests/abi/usdt-dyn.abi.xml

skip() {
  echo "SKIP: $*"
  exit 77
}

command -v abidiff >/dev/null || skip "no abidiff: apt-get install abigail-tools"
[ "$(uname -m)" = x86_64 ] || skip "the stored description is one of x86-64"
[[ $(readelf -SW "$library") == *debug_info* ]] || skip "the library is built without -g"

# Only what the public header declares, and nothing of the machine that it was made on.
describe() {
  abidw --drop-private-types --headers-dir "$root/include" --no-show-locs --no-comp-dir-path \
    --no-corpus-path --no-elf-needed "$library" | sed "s,path='$root/,path=',g"
}

if [ "${1:-}" = --store ]; then
  describe >"$stored"
  exit
fi
built=$(mktemp --suffix=.abi.xml)
trap 'rm -f "$built"' EXIT
describe >"$built"
abidiff --no-added-syms "$stored" "$built"
