#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the library, moves what was installed, and builds and runs programs that find it there: C
# and C++, shared and static, by find_package() and by pkg-config.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/usdt-dyn-consumer.XXXXXX")
trap 'rm -rf "$work"' EXIT
version=$(awk '$2 ~ /^USDT_DYN_VERSION_/ { printf "%s%s", dot, $3; dot = "." }' "$USDT_DYN_SOURCE/include/usdt-dyn.h")

cmake --install "$USDT_DYN_BUILD" --prefix "$work/installed" >"$work/install.log"
mkdir "$work/elsewhere"
mv "$work/installed" "$work/elsewhere/prefix"
prefix=$work/elsewhere/prefix
library=$(dirname "$(find "$prefix" -name libusdt-dyn.so.0)")

# What was installed does not know where it was.
if grep -rIl -e "$work/installed" -e "$USDT_DYN_BUILD" "$prefix"; then
    echo 'FAIL: these files name a folder that they were in'
    exit 1
fi

# run PROGRAM...: each says the header's version and the library's.
run() {
    local program seen
    for program in "$@"; do
        seen=$(LD_LIBRARY_PATH=$library "$program")
        [[ $seen == "$version $version" ]] || {
            echo "FAIL: $program says $seen and not $version twice"
            exit 1
        }
    done
}

configure() { # FOLDER OPTION...
    cmake -S "$here/project" -B "$work/$1" "-DCMAKE_PREFIX_PATH=$prefix" "${@:2}" >"$work/$1.log" 2>&1
}

configure build || {
    cat "$work/build.log"
    exit 1
}
cmake --build "$work/build"
run "$work/build"/{c,cpp}-usdt-dyn{,-static}
if configure newer -DWANTED=99.0; then
    echo 'FAIL: find_package() takes this version for 99.0'
    exit 1
fi
# ldd to its end: one that grep leaves before may be ended by SIGPIPE.
ldd "$work/build/c-usdt-dyn" | grep libusdt-dyn.so.0 >"$work/needed" || {
    echo 'FAIL: the shared program does not need the shared library'
    exit 1
}
if ldd "$work/build/c-usdt-dyn-static" | grep libusdt-dyn; then
    echo 'FAIL: the static program needs the shared library'
    exit 1
fi

# pkg-config, with nothing but the path of the moved file.
export PKG_CONFIG_PATH=$library/pkgconfig
modversion=$(pkg-config --modversion usdt-dyn)
[[ $modversion == "$version" ]] || {
    echo "FAIL: pkg-config says version $modversion and not $version"
    exit 1
}
read -ra flags < <(pkg-config --cflags --libs usdt-dyn)
"${CC:-cc}" -o "$work/c-shared" "$here/project/consumer.c" "${flags[@]}"
"${CXX:-c++}" -std=c++17 -o "$work/cpp-shared" "$here/project/consumer.cpp" "${flags[@]}"
rm "$library"/libusdt-dyn.so # so that the linker takes the static one
read -ra flags < <(pkg-config --static --cflags --libs usdt-dyn)
"${CC:-cc}" -o "$work/c-static" "$here/project/consumer.c" "${flags[@]}"
"${CXX:-c++}" -std=c++17 -o "$work/cpp-static" "$here/project/consumer.cpp" "${flags[@]}"
run "$work"/{c,cpp}-{shared,static}
