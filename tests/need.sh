# SPDX-License-Identifier: MIT
# Sourced by the commands of the README: installs the Debian packages that are missing.
# shellcheck shell=bash

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages PACKAGE...: installs those that are missing. Without root it names them and returns
# 1, so that the caller can do what can be done without them.
need_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian: install what these Debian packages hold: $*" >&2
        return 1
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        echo "Not root, so these packages are not installed here. As root: apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "Installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update </dev/null || return 1
    apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# Tracers find the kernel's tracing files here; a fresh machine may not have mounted them.
need_tracefs() {
    [ -e /sys/kernel/tracing/uprobe_events ] && return 0
    [ "$(id -u)" -eq 0 ] && mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null
}
