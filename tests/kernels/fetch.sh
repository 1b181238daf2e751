#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fetch.sh SUITE FOLDER: gets the kernel of a Debian release as FOLDER/vmlinuz. Nothing is installed: apt works in FOLDER with lists of its own.
set -euo pipefail

suite=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)

[ ! -e "$folder/complete" ] || exit 0
mkdir -p "$folder"/apt/lists/partial "$folder"/apt/archives/partial "$folder"/apt/preferences.d
: >"$folder/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" \
  >"$folder/apt/sources.list"
options=(-o APT::Architecture=amd64 -o APT::Architectures::=amd64
  -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt"
  -o Dir::Etc::SourceList="$folder/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3
  -o Acquire::Check-Valid-Until=false)

apt-get -qq "${options[@]}" update
# "The kernel" depends on the package of a release, and since 7.2 that on the one with the binary.
needs() { # PACKAGE REGEX
  apt-cache "${options[@]}" depends "$1" | sed -n "s/^ *Depends: \($2\)\$/\1/p" | head -1
}
package=$(needs linux-image-amd64 'linux-image-[0-9].*')
binary=$(needs "$package" 'linux-binary-[0-9].*')
package=${binary:-$package}
(cd "$folder" && apt-get -qq "${options[@]}" download "$package")
dpkg-deb --extract "$folder"/linux-*.deb "$folder/content"
# In /boot, or where /boot gets it from.
mv "$(find "$folder/content" -name 'vmlinuz*' -type f | head -1)" "$folder/vmlinuz"
rm -r "$folder/apt" "$folder/content" "$folder"/linux-*.deb
: >"$folder/complete"
