# SPDX-License-Identifier: MIT
# frozen_string_literal: true

if ENV["COVERAGE"] == "1"
  require "simplecov"
  SimpleCov.start { add_filter "/test/" }
end

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "minitest/autorun"
require "ffi"
require "open3"
require "tmpdir"
require "rbconfig"
require "usdt-ffi"
require "usdt-ffi/testing"
require "usdt-ffi/ruby-static-tracing"

# What all tests share.
module TestHelper
  include StaticTracing::Testing::Assertions

  @counter = 0

  class << self
    # @return [String] a name that no other test has
    def unique(stem)
      "#{stem}_#{@counter += 1}"
    end
  end

  def new_provider
    StaticTracing::Provider.register(TestHelper.unique("provider"))
  end

  def new_tracepoint(*types, **named)
    new_provider.add_tracepoint("probe", *types, **named)
  end

  def strict
    StaticTracing.configuration.strict = true
    yield
  ensure
    StaticTracing.configuration.strict = false
  end

  # What was logged while the block ran.
  def logged
    lines = []
    logger = Object.new
    %i[info warn].each { |level| logger.define_singleton_method(level) { |line| lines << line } }
    StaticTracing.configuration.logger = logger
    yield
    lines
  ensure
    StaticTracing.configuration.logger = nil
  end

  # As a tracer does before it attaches.
  def come_near(provider)
    File.open(provider.path) { wait_until { StaticTracing::Fire.near? } }
  end

  # As if a tracer were attached: the kernel does no more than count the semaphore up.
  def attached(tracepoint)
    StaticTracing::Provider.fetch(tracepoint.provider.name).enable
    come_near(tracepoint.provider) if tracepoint.provider.path
    semaphore = tracepoint.instance_variable_get(:@semaphore)
    semaphore.write_uint16(1)
    yield
  ensure
    semaphore&.write_uint16(0)
  end

  # Runs a script in a Ruby of its own, with warnings on. Returns what it printed.
  def run_ruby(script, env: {}, options: [])
    out, err, status = Open3.capture3(env, RbConfig.ruby, "-w", *options, "-I", File.expand_path("../lib", __dir__),
                                      "-r", "usdt-ffi", "-e", script)
    assert status.success?, "#{status}: #{err}"
    assert_empty err
    out
  end

  def wait_until(limit = 10)
    deadline = StaticTracing.nsec + (limit * 1_000_000_000)
    until yield
      flunk "not within #{limit} s" if StaticTracing.nsec > deadline
      sleep 0.005
    end
  end
end

Minitest::Test.include(TestHelper)
