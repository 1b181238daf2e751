#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the library with musl, and makes and fires probes there. Debian has no libelf for musl: a
# stub stands in for the three functions that the library takes from it.
set -euo pipefail

work=$USDT_DYN_BUILD/musl
tests=$USDT_DYN_SOURCE/tests/musl

command -v musl-gcc >/dev/null || { echo "SKIP: no musl-gcc: apt-get install musl-tools" && exit 77; }

# Debian's musl has none of the kernel's headers. Only they are taken from the other libc's folder.
mkdir -p "$work/include"
ln -sfn /usr/include/libelf.h /usr/include/linux /usr/include/asm-generic \
  "/usr/include/$(uname -m)-linux-gnu/asm" "$work/include/"
musl-gcc -shared -fPIC -O2 -Wl,-soname,libelf.so -isystem "$work/include" "$tests/libelf_stub.c" \
  -o "$work/libelf.so"

cmake -S "$USDT_DYN_SOURCE" -B "$work/build" -DCMAKE_C_COMPILER=musl-gcc -DUSDT_DYN_WERROR=ON \
  -DCMAKE_C_FLAGS="-isystem $work/include" -DCMAKE_SHARED_LINKER_FLAGS="-L$work" \
  -Dlibelf="$work/libelf.so" -Dlibelf_include="$work/include" \
  -DBUILD_TESTING=OFF -DUSDT_DYN_EXAMPLES=OFF
cmake --build "$work/build" --parallel 2 --target usdt-dyn
musl-gcc -D_GNU_SOURCE -I"$USDT_DYN_SOURCE/include" "$tests/musl_test.c" -o "$work/musl-test" \
  -L"$work/build/src" -lusdt-dyn -Wl,-rpath,"$work/build/src:$work"
"$work/musl-test"
