#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the library, and looks up every public name of its header with man(1).
set -euo pipefail

command -v man >/dev/null || {
    echo 'SKIP: no man' >&2
    exit 77
}

header=$USDT_DYN_SOURCE/include/usdt-dyn.h
work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-manual.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # man may be another user
export LC_ALL=C.UTF-8 MANWIDTH=80

cmake --install "$USDT_DYN_BUILD" --prefix "$work/installed" >"$work/install.log"
pages=$work/installed/share/man

# Not as the generator finds them: functions of the version script, and inline functions, types, macros
# in lower case and constants of the header, without those that only its own macros use.
mapfile -t names < <({
    grep -oE '\busdt_dyn_[a-z0-9_]+' "$USDT_DYN_SOURCE/src/packaging/usdt-dyn.map"
    sed -nE -e 's/^static inline .*\b(usdt_dyn_[a-z0-9_]+)\(.*/\1/p' \
        -e 's/^(\}|typedef .*) (usdt_dyn_[a-z0-9_]+);$/\2/p' \
        -e 's/^typedef [^{]*\b(usdt_dyn_[a-z0-9_]+)\(.*/\1/p' \
        -e 's/^#define (usdt_dyn_[a-z0-9_]+)\(.*/\1/p' \
        -e 's/^#define (USDT_DYN_[A-Z_]+) +[0-9]+.*/\1/p' "$header"
} | grep -vxE 'usdt_dyn_value|USDT_DYN_(KIND_.*|IS_SANITIZED)' | sort -u)
[[ ${#names[@]} -ge 35 ]] || {
    echo "FAIL: the names of the header were not found: ${names[*]}"
    exit 1
}

failed=0
for name in libusdt-dyn "${names[@]}"; do
    page=$(man --warnings=w -M "$pages" 3 "$name" 2>"$work/complaints") || true
    section=$(sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' <<<"$page")
    case $name in
    libusdt-dyn) wanted='#include <usdt-dyn.h>' ;;
    *) wanted=$name ;;
    esac
    if [[ $section != *"$wanted"* || -s $work/complaints ]]; then
        echo "FAIL: man 3 $name: $(cat "$work/complaints")"
        echo "$section"
        failed=1
    fi
    # What apropos shows, and no line that is wider than the terminal.
    summary=$(sed -n '/^NAME/,/^LIBRARY/{/^[NL]/!p}' <<<"$page")
    [[ $summary =~ [[:space:]]-[[:space:]]+[[:alnum:]] ]] || {
        echo "FAIL: man 3 $name has no summary"
        failed=1
    }
    if grep -E '^.{81}' <<<"$page"; then
        echo "FAIL: man 3 $name has lines wider than 80 columns"
        failed=1
    fi
done

if ((failed)); then
    echo 'Each public name has a comment in the header: src/packaging/man3.awk says in which form.'
    exit 1
fi
