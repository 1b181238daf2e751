#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sysroot.sh PROCESSOR FOLDER: the libraries of another processor, by Debian's name for it, unpacked
# below FOLDER/root. Debian 13 is the first release with all of the processors. Nothing is installed:
# apt works in FOLDER with lists of its own, so this needs no root.
set -euo pipefail

processor=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
suite=trixie
packages=(libc6 libc6-dev linux-libc-dev libgcc-s1 libelf1t64 libelf-dev zlib1g zlib1g-dev libzstd1
  libcmocka0 libcmocka-dev)

[ ! -e "$folder/complete" ] || exit 0
rm -rf "$folder/root"
mkdir -p "$folder"/apt/lists/partial "$folder"/apt/archives/partial "$folder"/apt/preferences.d \
  "$folder"/debs "$folder"/root
: >"$folder/apt/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] http://deb.debian.org/debian $suite main" >"$folder/apt/sources.list"

apt=(apt-get -qq -o APT::Architecture="$processor" -o APT::Architectures::="$processor"
  -o Dir::State="$folder/apt" -o Dir::State::status="$folder/apt/status" -o Dir::Cache="$folder/apt"
  -o Dir::Etc::SourceList="$folder/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)

# In Debian 13 /lib and /lib64 are links into /usr.
ln -s usr/lib "$folder/root/lib"
ln -s usr/lib64 "$folder/root/lib64"
"${apt[@]}" update
(cd "$folder/debs" && "${apt[@]}" download "${packages[@]}")
for package in "$folder"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$folder/root" --keep-directory-symlink
done
rm -r "$folder/debs" "$folder/apt"
: >"$folder/complete"
