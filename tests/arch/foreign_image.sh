#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# foreign_image.sh PROCESSOR MACHINE OPERANDS: makes the image of any processor on this one and has it
# read by binutils and elfutils.
set -euo pipefail

processor=$1 machine=$2 operands=$3
file=$USDT_DYN_BUILD/tests/arch/$processor.so

for tool in readelf eu-elflint; do
  command -v $tool >/dev/null || { echo "SKIP: no $tool" && exit 77; }
done
"$USDT_DYN_BUILD/tests/arch/write-image" "$processor" "$file"

expect() {
  if [ "$2" != "$3" ]; then
    printf '%s: expected\n%s\nbut there is\n%s\n' "$1" "$2" "$3" >&2
    exit 1
  fi
}

expect machine "$machine" "$(readelf -hW "$file" | sed -n 's/^ *Machine: *//p')"
expect notes "elsewhere twelve 0x0000000000010000 0x0000000000020000 $operands
elsewhere none 0x0000000000010010 0x0000000000020002 " "$(readelf -n "$file" | awk '
  $1 == "Provider:" { provider = $2 }
  $1 == "Name:" { name = $2 }
  $1 == "Location:" { gsub(",", ""); site = $2; semaphore = $6 }
  $1 == "Arguments:" { sub(/^ *Arguments: */, ""); print provider, name, site, semaphore, $0 }')"
expect symbols "0000000000010000 elsewhere__twelve
0000000000010010 elsewhere__none" "$(readelf --dyn-syms -W "$file" | awk '$4 == "FUNC" { print $2, $8 }')"

# It knows neither kind of note; nothing else may be amiss.
expect 'eu-elflint' '' "$(eu-elflint --gnu-ld "$file" 2>&1 |
  grep -v -E "^No errors|unknown object file note type [13] with owner name '(stapsdt|usdt-dyn)'")"
