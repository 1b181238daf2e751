# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# A program that was written for ruby-static-tracing.
class RubyStaticTracingTest < Minitest::Test
  class Example
    def noop(one, key: 2) = [one, key]
    def other = 1
    private def hidden = 2
  end

  def test_register
    StaticTracing::Tracer::Latency.register(Example, :noop, provider: "old_names")
    event = assert_fired("old_names:noop") { assert_equal [1, 3], Example.new.noop(1, key: 3) }.first
    assert_equal "noop", event.values[1]
    StaticTracing::Tracer::Latency.disable!
    refute_fired("old_names:noop") { Example.new.noop(1) }
    StaticTracing::Tracer::Latency.enable!
    assert_fired("old_names:noop") { Example.new.noop(1) }
  end

  def test_stack_of_all_methods
    StaticTracing::Tracer::Stack.register(Example, provider: "old_stacks")
    assert_equal %w[noop other], StaticTracing::Provider.fetch("old_stacks").tracepoints.keys.sort
    assert_fired("old_stacks:other") { Example.new.other }
  end

  class Concerned
    def before = 1
    include StaticTracing::Tracer::Concerns::Latency
    def after = 2
  end

  def test_concern
    assert_equal ["before"], StaticTracing::Provider.fetch("concerned").tracepoints.keys
    assert_fired("concerned:before") { Concerned.new.before }
  end

  def test_tracers
    tracer = Class.new(StaticTracing::Tracer::Latency)
    klass = Class.new { def one = 1 }
    tracer.register(klass, :one, provider: "old_tracers")
    StaticTracing.configure { |c| c.add_tracer(tracer) }
    StaticTracing::Tracers.disable!
    refute_fired("old_tracers:one") { klass.new.one }
    StaticTracing::Tracers.enable!
    assert_fired("old_tracers:one") { klass.new.one }
    assert_raises(StaticTracing::Tracers::InvalidTracerError) { StaticTracing::Tracers.add(String) }
    StaticTracing::Tracers.clean
    StaticTracing::Tracers.disable!
    assert_fired("old_tracers:one") { klass.new.one }
  end

  def test_the_rest_of_its_interface
    StaticTracing.configure do |config|
      config.mode = "ON"
      config.signal = "PROF"
    end
    provider = StaticTracing::Provider.register("global")
    tracepoint = provider.add_tracepoint("hello_world", String, Integer)
    assert_equal provider, StaticTracing::Provider.fetch("global")
    assert provider.enable
    assert_equal "global", provider.namespace
    refute tracepoint.enabled?
    refute tracepoint.fire("Hello world", StaticTracing.nsec)
    assert_predicate StaticTracing, :enabled?
    provider.destroy
  ensure
    StaticTracing.configuration.mode = :auto
  end
end
