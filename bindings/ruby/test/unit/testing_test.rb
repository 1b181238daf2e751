# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"
begin
  require "rspec/expectations"
rescue LoadError
  nil # its test is skipped
end

class TestingTest < Minitest::Test
  include RSpec::Matchers if defined?(RSpec)
  include StaticTracing::Testing::Matchers

  Testing = StaticTracing::Testing

  def setup
    @created = new_tracepoint(id: Integer, name: String)
    @probe = "#{@created.provider.name}:probe"
  end

  def test_record
    events = Testing.record do
      assert @created.enabled?
      assert @created.fire(1, "a")
      assert(@created.fire { [2, "b"] })
    end
    assert_equal [[1, "a"], [2, "b"]], events.map(&:values)
    assert_equal [@probe], events.map(&:probe).uniq
    refute @created.enabled?
    refute @created.fire(3, "c")
  end

  def test_a_recorded_string_does_not_change
    text = +"before"
    events = Testing.record { @created.fire(1, text) }
    text << " and after"
    assert_equal "before", events.first.values.last
  end

  def test_recordings_can_be_nested
    inner = nil
    outer = Testing.record do
      @created.fire(1, "outer")
      inner = Testing.record { @created.fire(2, "inner") }
      @created.fire(3, "outer")
    end
    assert_equal [2], inner.map { |event| event.values.first }
    assert_equal [1, 3], outer.map { |event| event.values.first }
  end

  def test_values_that_do_not_fit_raise
    assert_raises(StaticTracing::Tracepoint::InvalidArgType) { Testing.record { @created.fire("1", "a") } }
    assert_raises(StaticTracing::Tracepoint::InvalidArgumentError) { Testing.record { @created.fire(1) } }
    refute @created.enabled?, "the recorder is gone"
  end

  def test_tracepoints_made_while_it_records
    events = Testing.record { new_tracepoint(Integer).fire(7) }
    assert_equal [7], events.first.values
  end

  def test_minitest_assertions
    assert_equal 1, assert_fired(@probe) { @created.fire(1, "a") }.size
    assert_fired(@created, with: [Integer, /a/], times: 2) { 2.times { @created.fire(1, "xax") } }
    refute_fired(@probe, with: [2, "a"]) { @created.fire(1, "a") }
    error = assert_raises(Minitest::Assertion) { assert_fired(@probe, with: [2, "a"]) { @created.fire(1, "a") } }
    assert_match(/#{@probe} \[2, "a"\] at least once, but fired:\n  #{@probe} \[1, "a"\]/, error.message)
    assert_raises(Minitest::Assertion) { assert_fired(@probe) { nil } }
    assert_raises(Minitest::Assertion) { refute_fired(@probe) { @created.fire(1, "a") } }
  end

  def test_rspec_matcher
    skip "RSpec is not installed" unless defined?(RSpec)
    expect { @created.fire(1, "a") }.to fire_probe(@probe)
    expect { @created.fire(1, "a") }.to fire_probe(@created).with(1, String).times(1)
    expect { @created.fire(1, "a") }.not_to fire_probe(@probe).with(2, "a")
    error = assert_raises(RSpec::Expectations::ExpectationNotMetError) do
      expect { nil }.to fire_probe(@probe).with(1, "a").times(2)
    end
    assert_equal "expected to fire #{@probe} with [1, \"a\"] 2 times, but nothing was fired", error.message
    assert_raises(RSpec::Expectations::ExpectationNotMetError) do
      expect { @created.fire(1, "a") }.not_to fire_probe(@probe)
    end
  end
end
