#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# emulated.sh PROCESSOR: builds the library for another processor, by the kernel's name for it, and
# passes the unit and structure tests there, in qemu's user mode.
set -euo pipefail

processor=$1
case $processor in
  aarch64) debian=arm64 triplet=aarch64-linux-gnu ;;
  riscv64) debian=riscv64 triplet=riscv64-linux-gnu ;;
  ppc64le) debian=ppc64el triplet=powerpc64le-linux-gnu ;;
  s390x) debian=s390x triplet=s390x-linux-gnu ;;
  *) echo "unknown processor $processor" >&2 && exit 2 ;;
esac
# On the big-endian one: unit.content and unit.note make images for x86-64, which wants the same byte
# order; qemu does not swap the inotify events of a descriptor that fcntl(F_DUPFD) made (watch.api, watch.near),
# nor what is read from /proc/self/pagemap (unit.fire).
leave_out=()
[ "$processor" != s390x ] || leave_out=(-E '^unit\.(content|fire|note|watch|watch\.near)$')
work=$USDT_DYN_BUILD/arch-$processor

skip() {
  echo "SKIP: $*"
  exit 77
}

emulator=$(command -v "qemu-$processor-static" || command -v "qemu-$processor") ||
  skip "no qemu-$processor: apt-get install qemu-user-static"
command -v "$triplet-gcc" >/dev/null || skip "no $triplet-gcc: apt-get install gcc-$triplet"
bash "$USDT_DYN_SOURCE/tests/arch/sysroot.sh" "$debian" "$work/sysroot" ||
  skip "Debian's libraries for $debian are not to be had here"

cmake -S "$USDT_DYN_SOURCE" -B "$work/build" \
  -DUSDT_DYN_WERROR=ON -DUSDT_DYN_EXAMPLES=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_TOOLCHAIN_FILE="$USDT_DYN_SOURCE/tests/arch/toolchain.cmake" \
  -DUSDT_DYN_TEST_TRIPLET="$triplet" -DUSDT_DYN_TEST_SYSROOT="$work/sysroot/root" \
  -DUSDT_DYN_TEST_EMULATOR="$emulator"
cmake --build "$work/build" --parallel 2
ctest --test-dir "$work/build" -L 'unit|structure' "${leave_out[@]}" --output-on-failure --no-tests=error
