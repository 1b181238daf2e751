# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A Ruby program for the end-to-end tests: it runs each line of its stdin and answers "ok RESULT", or
# "error ...". The files given as arguments are loaded first.
$LOAD_PATH.unshift File.expand_path("../../bindings/ruby/lib", __dir__)
require "usdt-ffi"

$stdout.sync = true

# Asks until the block is true.
def await(limit = 20)
  deadline = StaticTracing.nsec + (limit * 1_000_000_000)
  until (seen = yield)
    raise "not within #{limit} s" if StaticTracing.nsec > deadline

    sleep 0.002
  end
  seen
end

# The same memory again and again? In KiB.
def resident
  File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i
end

ARGV.each { |file| load file }
puts "ok ready"
while (line = $stdin.gets)
  begin
    puts "ok #{eval(line, TOPLEVEL_BINDING)}"
  rescue StandardError, ScriptError => e
    puts "error #{e.class}: #{e.message}"
  end
end
