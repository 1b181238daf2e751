#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The header and the gem have one version.
set -euo pipefail

header=$(sed -n 's/^#define USDT_DYN_VERSION_[A-Z]* \([0-9]*\)$/\1/p' "$USDT_DYN_SOURCE/include/usdt-dyn.h" | paste -sd.)
gem=$(sed -n 's/.*VERSION = "\(.*\)"$/\1/p' "$USDT_DYN_SOURCE/bindings/ruby/lib/static_tracing/version.rb")
[[ $header =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "no version in the header: '$header'" >&2 && exit 1; }
[[ $header == "$gem" ]] || { echo "the header has version $header, the gem $gem" >&2 && exit 1; }
