# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The end-to-end tests of the gem: the same as the others, with a Ruby program as the target.
#
#   start_ruby app [file.rb...]          # runs each line that it is told, see target.rb
#   ask app 'TP.fire(1)' '^ok true'

# shellcheck source=tests/e2e/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
export USDT_DYN_LIB=$USDT_DYN_BUILD/src/libusdt-dyn.so.0

# The C library may have been built with a sanitizer, which must be loaded before Ruby.
ruby_can_load() {
    ruby -rffi -e 'FFI::DynamicLibrary.open(ENV.fetch("USDT_DYN_LIB"), FFI::DynamicLibrary::RTLD_NOW)' 2>/dev/null
}

need ruby
ruby_can_load || skip "ruby, the gem ffi and $USDT_DYN_LIB do not go together here"

start_ruby() { # NAME FILE...
    local name=$1
    shift
    start "$name" ruby -w "$(dirname "${BASH_SOURCE[0]}")/target.rb" "$@"
    wait_line "$name" '^ok ready'
}

# run NAME LINE: tells the program the line, which must not fail; prints its result.
run() {
    local answer
    answer=$(ask "$1" "$2" '^(ok|error)')
    [[ $answer == ok* ]] || fail "$2: $answer"
    echo "${answer#ok }"
}
