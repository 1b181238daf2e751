#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
#   run.sh [SUITE]...
#
# Boots the kernels of Debian releases in qemu's software emulation, has each of them and the running
# one trace a probe, and writes the table of docs/kernels.md. Needs root, qemu-system-x86,
# busybox-static, cpio and a network, and half a minute for each kernel.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=${here%/tests/kernels}
build=${USDT_DYN_BUILD:-$root/build}
work=$build/kernels
page=$root/docs/kernels.md
suites=("$@")
[ $# -gt 0 ] || suites=(bullseye bookworm trixie sid experimental)
sites=('' nop nop5 nop10 nop+nop10) # what the library chooses, then each of them

for tool in qemu-system-x86_64 busybox cpio; do
  command -v $tool >/dev/null || { echo "no $tool: apt-get install qemu-system-x86 busybox-static cpio" >&2 && exit 77; }
done

# A root with the guest program, its libraries and a shell. Nothing that it needs is a module.
make_initramfs() {
  local system=$work/root library
  rm -rf "$system"
  mkdir -p "$system"/{bin,proc,sys,dev,tmp}
  cp "$(command -v busybox)" "$system/bin/busybox"
  cp "$build/tests/kernels/kernel-guest" "$system/bin/guest"
  ldd "$system/bin/guest" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$system$(dirname "$library")"
    cp -L "$library" "$system$library"
  done
  {
    echo '#!/bin/busybox sh'
    echo '/bin/busybox mount -t proc proc /proc'
    echo '/bin/busybox mount -t sysfs sysfs /sys'
    echo '/bin/busybox mount -t devtmpfs devtmpfs /dev'
    echo '/bin/busybox mkdir -p /dev/shm'
    echo '/bin/busybox mount -t tmpfs -o mode=1777 tmpfs /dev/shm'
    echo '/bin/busybox mount -t tracefs tracefs /sys/kernel/tracing'
    local site
    for site in "${sites[@]}"; do
      echo "${site:+USDT_DYN_SITE=$site }/bin/guest"
    done
    echo '/bin/busybox poweroff -f'
  } >"$system/init"
  chmod +x "$system/init"
  (cd "$system" && find . | cpio --quiet -o -H newc) | gzip -1 >"$work/initramfs"
}

boot() { # KERNEL: prints what the guest prints
  timeout --foreground -s KILL 600 qemu-system-x86_64 -accel tcg -cpu max -m 1024 -display none -no-reboot \
    -serial stdio -monitor none -kernel "$1" -initrd "$work/initramfs" \
    -append 'console=ttyS0 panic=-1 quiet' </dev/null | tr -d '\r'
}

# From what the guest printed; the first is the site that the library chose.
print_rows() {
  sed -n 's/^row //p' | sed '1s/ |/, chosen |/' | tee -a "$work/table"
}

mkdir -p "$work"
make_initramfs
: >"$work/table"
for site in "${sites[@]}"; do
  env ${site:+"USDT_DYN_SITE=$site"} "$build/tests/kernels/kernel-guest"
done | sed 's/^row | \([0-9.]*\)[^ ]*/row | \1 (running)/' | print_rows
for suite in "${suites[@]}"; do
  "$here/fetch.sh" "$suite" "$work/$suite"
  boot "$work/$suite/vmlinuz" >"$work/$suite/console" || echo "$suite: qemu ended with $?" >&2
  count=$(grep -c '^row ' "$work/$suite/console" || true)
  if [ "$count" -ne ${#sites[@]} ]; then
    tail -n 40 "$work/$suite/console" >&2
    echo "$suite: $count of ${#sites[@]} rows" >&2
    exit 1
  fi
  print_rows <"$work/$suite/console"
done

{
  echo
  echo '| kernel | site | after a hit | values | semaphore | a child forked under trace |'
  echo '|---|---|---|---|---|---|'
  awk -F'[| ,]+' '{ print $2 "\t" $0 }' "$work/table" | sort -s -V -k1,1 | cut -f2-
  echo
} >"$work/page"
awk -v table="$work/page" '
  /<!-- end of kernels -->/ { inside = 0 }
  !inside
  /<!-- kernels -->/ { inside = 1; while ((getline line < table) > 0) print line }
' "$page" >"$work/new_page"
cat "$work/new_page" >"$page"
