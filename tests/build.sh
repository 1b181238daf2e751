#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build.sh TYPE: builds library, command and examples without a warning, as Debug, Release, MinSizeRel or
# RelWithDebInfo, or as a unity build.
set -euo pipefail

type=(-DCMAKE_BUILD_TYPE="$1")
[[ $1 != unity ]] || type=(-DCMAKE_UNITY_BUILD=ON)
build=$USDT_DYN_BUILD/build-$1
cmake -S "$USDT_DYN_SOURCE" -B "$build" -DUSDT_DYN_WERROR=ON -DBUILD_TESTING=OFF "${type[@]}"
cmake --build "$build" --parallel 2
