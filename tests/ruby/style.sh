#!/bin/bash
# SPDX-License-Identifier: MIT
# The gem's code in the style of .rubocop.yml.
source "$(dirname "$0")/lib.sh"
need rubocop

cd "$USDT_DYN_SOURCE/bindings/ruby"
rubocop --cache false
