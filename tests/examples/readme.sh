#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The program of the README, as it stands there, is built with the installed library and traced with
# the commands that stand there. What it has for C++ is built and run.
source "$(dirname "$0")/../e2e/lib.sh"
need root bpftrace pkg-config cc c++

readme=$USDT_DYN_SOURCE/README.md
prefix=$work/prefix
cmake --install "$USDT_DYN_BUILD" --prefix "$prefix" >"$work/install.out"
export PKG_CONFIG_PATH LD_LIBRARY_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name usdt-dyn.pc)")
LD_LIBRARY_PATH=$(dirname "$(find "$prefix" -name libusdt-dyn.so)")

# The first block of C is the program.
# shellcheck disable=SC2016 # the backquotes are the README's
sed -n '/^```c$/,/^```$/{/^```/!p}' "$readme" >"$work/orders.c"
grep -q usdt_dyn_emit "$work/orders.c" || fail 'the README has no program'
cd "$work"
compile=$(grep -m1 '^cc orders.c' "$readme") || fail 'the README does not say how to compile it'
eval "$compile"

# shellcheck disable=SC2016 # the backquotes are the README's
{
    sed -n '/^```cpp$/,/^```$/{/#include/p}' "$readme"
    echo '#include <string>'
    echo 'struct { int id() { return 1; } std::string describe() { return "one"; } } order;'
    echo 'int main() { int id = 1; std::string_view name = "somebody";'
    sed -n '/^```cpp$/,/^```$/{/^```\|#include/!p}' "$readme"
    echo '}'
} >orders.cpp
# shellcheck disable=SC2046 # several flags
c++ -std=c++17 -Wall -Wextra -Werror orders.cpp -o orders-cpp $(pkg-config --cflags --libs usdt-dyn)
./orders-cpp

start orders ./orders
pid=$(pid_of orders)
wait_for 10 grep -q 'orders\.1\.so' "/proc/$pid/maps"
run_tracer list bpftrace -l 'usdt:*' -p "$pid" || true
expect_match 'the list' ':orders:shipped$' "$(cat "$(out_of list)")"

script=$(sed -n "s/^bpftrace -e '\(.*\)' -p .*/\1/p" "$readme")
[[ -n $script ]] || fail 'the README has no bpftrace program'
start_tracer trace bpftrace -e "$script" -p "$pid"
wait_line trace '^[0-9]+ to café$'
stop trace
