#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the library without a backend and without libelf, and passes the tests of that build.
set -euo pipefail

build=$USDT_DYN_BUILD/no-backend

# Whoever looks for libelf's header or library there finds one that can't be used.
mkdir -p "$build/no-libelf"
echo '#error "the build without a backend includes libelf.h"' >"$build/no-libelf/libelf.h"

cmake -S "$USDT_DYN_SOURCE" -B "$build" -DUSDT_DYN_BACKEND=none -DUSDT_DYN_WERROR=ON \
  -DUSDT_DYN_EXAMPLES=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS="-I$build/no-libelf"
cmake --build "$build" --parallel 2
if readelf -dW "$build/src/libusdt-dyn.so" | grep NEEDED | grep elf; then
  echo "the library without a backend needs libelf" >&2
  exit 1
fi
ctest --test-dir "$build" -R '^none' --output-on-failure --no-tests=error
