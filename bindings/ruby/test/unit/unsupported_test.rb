# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# Where probes cannot be traced every call does nothing, and the reason is told.
class UnsupportedTest < Minitest::Test
  EVERY_CALL = <<~RUBY
    require "usdt-ffi/testing"
    provider = StaticTracing::Provider.register("orders")
    created = provider.add_tracepoint("created", Integer, String)
    p provider.enable, provider.enabled?, provider.path, created.enabled?
    p created.fire(1, "a"), created.fire { raise }, provider.disable
    p StaticTracing::Testing.record { created.fire(1, "b") }.map(&:values)
    p fork { exit!(created.fire(1, "c") ? 1 : 0) }.then { |pid| Process.wait2(pid).last.exitstatus }
    provider.destroy
    puts StaticTracing.supported?, StaticTracing.unsupported_reason
  RUBY
  NO_OPS = ["false", "true", "nil", "false", "false", "false", "false", '[[1, "b"]]', "0", "false"].freeze

  def assert_no_ops(reason, env: {}, before: "")
    lines = run_ruby(before + EVERY_CALL, env:).lines(chomp: true)
    assert_equal NO_OPS, lines.first(NO_OPS.size)
    assert_match reason, lines.last
  end

  def test_no_library
    assert_no_ops(%r{/nowhere/lib.so.*install libusdt-dyn, or give its path in USDT_DYN_LIB},
                  env: { "USDT_DYN_LIB" => "/nowhere/lib.so" })
  end

  def test_another_library
    assert_no_ops(/usdt_dyn_version.*not found/i, env: { "USDT_DYN_LIB" => "libc.so.6" })
  end

  def test_another_version
    assert_no_ops(/has version #{Regexp.escape(StaticTracing::VERSION)}, but 7\.1\.x is needed/,
                  before: 'StaticTracing.send(:remove_const, :VERSION); StaticTracing::VERSION = "7.1.0";')
  end

  def test_switched_off_by_the_user
    assert_no_ops(/USDT_DYN_DISABLE/, env: { "USDT_DYN_DISABLE" => "1" })
  end

  def test_another_system
    assert_no_ops(/x86_64-darwin23 has no USDT probes: they need Linux/,
                  before: 'Object.send(:remove_const, :RUBY_PLATFORM); RUBY_PLATFORM = "x86_64-darwin23";')
  end

  def test_another_ruby
    assert_no_ops(/jruby is not supported: use CRuby/,
                  before: 'Object.send(:remove_const, :RUBY_ENGINE); RUBY_ENGINE = "jruby";')
  end

  def test_without_the_gem_ffi
    assert_no_ops(/no ffi here/, before: <<~RUBY)
      module NoFFI
        def require(name) = name == "ffi" ? raise(LoadError, "no ffi here") : super
      end
      Kernel.prepend(NoFFI)
    RUBY
  end

  def test_supported_here
    assert StaticTracing.supported?
    assert_nil StaticTracing.unsupported_reason
  end
end
