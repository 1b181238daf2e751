#!/bin/bash
# SPDX-License-Identifier: MIT
# refused.sh COMPILER STANDARD: with a wrong number or kind of values a program does not compile,
# whatever its flags, and the compiler says why.
set -euo pipefail

compiler=$1
standard=$2
command -v "$compiler" >/dev/null || {
    echo "SKIP: no $compiler" >&2
    exit 77
}

here=$(dirname "$0")
language=c
[[ $standard != c++* ]] || language=c++
# -w: a check that only warns is none.
flags=("$compiler" -w -x "$language" "-std=$standard" -I "$USDT_DYN_SOURCE/include" -fsyntax-only)
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT

# take FILE: what the cases are in.
take() {
    compile=("${flags[@]}" "$here/$1")
    "${compile[@]}" || {
        echo "FAIL: $1 does not compile where it is right"
        exit 1
    }
}

# refuse WORDS CASE...
refuse() {
    local words=$1 number
    shift
    for number in "$@"; do
        if "${compile[@]}" "-DCASE=$number" 2>"$messages"; then
            echo "FAIL: case $number compiles"
            exit 1
        fi
        grep -q "error: .*$words" "$messages" || {
            echo "FAIL: case $number: no \"$words\" in:"
            cat "$messages"
            exit 1
        }
    done
}

take refused.c
refuse 'USDT_DYN_PROBE(bad): each argument has a type and a name' 1
refuse 'USDT_DYN_PROBE(bad): it has more than 12 arguments' 2
refuse 'USDT_DYN_INT128' 3
for probe in shipped:10 shipped:11 shipped:12 idle:13 twelve:14 shipped:15; do
    name=${probe%:*}
    refuse "usdt_dyn_emit($name): the number of values is not that of the arguments in USDT_DYN_PROBE($name)" "${probe#*:}"
done
refuse 'must be an integer' 20 21 23
[[ $language == c++ ]] || refuse 'must be an integer' 22 # in C++ NULL is one
refuse 'must be a string, a char \* or a null pointer' 30 31 32 33 34
refuse 'must be a float or a double' 40 41
refuse 'must be a pointer' 50 51
refuse 'shiped.*; did you mean .*shipped' 60 61 62

case $standard in
c++17 | c++2*)
    take hpp_use.cpp
    refuse "the number of values is not that of the probe's arguments" 1 2 3 4
    refuse 'must be an integer' 10 11
    refuse 'must be a string: std::string_view, std::string, char \* or nullptr' 20 21 22
    refuse 'must be a float or a double' 30
    refuse 'must be a pointer' 40
    refuse 'an argument of a probe is an integer, a float or a double, a string (std::string_view) or a pointer' 50
    refuse 'a name for each of its arguments, or for none' 51
    refuse 'a probe has at most 12 arguments' 52
    refuse 'deleted' 53
    ;;
c++*)
    if printf '#include <usdt-dyn.hpp>\n' | "${flags[@]}" - 2>"$messages"; then
        echo "FAIL: usdt-dyn.hpp compiles as $standard"
        exit 1
    fi
    grep -q 'error.*usdt-dyn.hpp needs C++17' "$messages"
    ;;
esac
