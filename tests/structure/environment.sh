#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/environment.md has each USDT_DYN_* variable that is read somewhere, and no other.
set -euo pipefail

cd "$USDT_DYN_SOURCE"
# In the library, the command and the gem the name of a variable is a string of its own, and nothing else
# that begins so is. A test names many that it only sets: what it reads is in ENV[] or behind a $, which
# in a file of CMake is one of CMake's own.
read_somewhere=$({
    grep -rhoE --include='*.'{c,h,rb} --include=Rakefile '"USDT_DYN_[A-Z0-9_]+"' src bindings/ruby/{lib,ext}
    grep -rhoE --include='*.rb' 'ENV(\.fetch)?[[(]"USDT_DYN_[A-Z0-9_]+"' tests examples
    grep -rhoE --include='*.sh' '\$\{?USDT_DYN_[A-Z0-9_]+' tests examples
} | grep -oE 'USDT_DYN_[A-Z0-9_]+' | sort -u)
# shellcheck disable=SC2016 # the backquotes are the page's
told=$(grep -oE '^\| `USDT_DYN_[A-Z0-9_]+`' docs/environment.md | grep -oE 'USDT_DYN_[A-Z0-9_]+' | sort)

[[ $(wc -l <<<"$read_somewhere") -ge 10 ]] || {
    echo "FAIL: the variables were not found: $read_somewhere"
    exit 1
}
diff -u --label docs/environment.md --label 'what is read' <(echo "$told") <(echo "$read_somewhere")
