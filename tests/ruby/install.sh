#!/bin/bash
# SPDX-License-Identifier: MIT
# The gem as users get it: built, installed without the network, and used. It builds the C library that
# it carries, takes one that is installed, says what is missing, and comes with the library inside.
source "$(dirname "$0")/lib.sh"
need gem cmake gcc make
lib=$USDT_DYN_LIB
unset USDT_DYN_LIB

# The gem's folder is not written to: a copy of what it is made of.
mkdir -p "$work/top/bindings"
cp -r "$USDT_DYN_SOURCE"/{CMakeLists.txt,LICENSE,include,src} "$work/top"
cp -r "$USDT_DYN_SOURCE/bindings/ruby" "$work/top/bindings"
cd "$work/top/bindings/ruby"
rm -f -- *.gem
gem build --strict --quiet usdt-ffi.gemspec >"$work/build.out" || fail 'gem build'

script='require "usdt-ffi"
StaticTracing::Tracepoint.new("installed", "probe", Integer).provider.enable or abort StaticTracing.unsupported_reason
puts File.readlines("/proc/self/maps").grep(/libusdt-dyn/).first.split.last'

# use NAME GEM: installs it into a folder of its own; prints the C library that it then uses.
use() {
    gem install --local --no-document --ignore-dependencies --install-dir "$work/$1" "$2" >"$work/$1.out" 2>&1 || return
    GEM_PATH=$work/$1:$(gem environment path) ruby -w -e "$script"
}

# Without an installed libusdt-dyn that fits it builds its own. This machine may have one, so there is an old one
# before it.
old=$work/old
mkdir "$old"
echo 'const char *usdt_dyn_version(void) { return "0.0.9"; }' >"$old/old.c"
gcc -shared -fPIC -Wl,-soname,libusdt-dyn.so.0 "$old/old.c" -o "$old/libusdt-dyn.so.0"
use_with_old() { LD_LIBRARY_PATH=$old use "$@"; }
expect_match 'from source' "^$work/source/gems/usdt-ffi-[0-9.]+/lib/usdt-ffi/libusdt-dyn.so.0$" \
    "$(use_with_old source usdt-ffi-*.gem)"

expect_equal 'with an installed one' "$(realpath "$lib")" "$(LD_LIBRARY_PATH=$(dirname "$lib") use system usdt-ffi-*.gem)"

# Only Ruby and what RubyGems itself needs.
mkdir "$work/bin"
for name in ruby gem env uname; do ln -s "$(command -v $name)" "$work/bin/$name"; done
! (PATH=$work/bin use_with_old poor usdt-ffi-*.gem) || fail 'it was installed without a compiler'
expect_match 'what is missing' 'to build the one in this gem cmake, make, gcc is missing' "$(cat "$(out_of poor)")"
expect_match 'what to do' 'apt-get install gcc make cmake libelf-dev' "$(cat "$(out_of poor)")"

rm -f -- *.gem
rake --quiet platform_gem >"$work/platform_gem.out" 2>&1 || fail 'rake platform_gem'
expect_match 'with the library inside' "^$work/platform/gems/usdt-ffi-.*-linux/lib/usdt-ffi/libusdt-dyn.so.0$" \
    "$(PATH=$work/bin use_with_old platform usdt-ffi-*-linux.gem)"
