# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# What a fire does without a tracer, and with a semaphore that says there is one.
class FireTest < Minitest::Test
  Tracepoint = StaticTracing::Tracepoint

  # The bounds of each type, and what lies beyond.
  FITS = {
    int8: [-128, 127], uint8: [0, 255], int16: [-32_768, 32_767], uint16: [0, 65_535],
    int32: [-2**31, (2**31) - 1], uint32: [0, (2**32) - 1],
    int64: [-2**63, (2**63) - 1, (2**62) - 1, 2**62, -2**62, (-2**62) - 1],
    uint64: [0, (2**64) - 1, (2**62) - 1, 2**62], double: [1.5, 3, Float::INFINITY], bool: [true, false, nil],
    string: ["", "é", :symbol, nil, "a\0b", "\xff", "x".encode("UTF-16LE"), String.new("frozen").freeze],
    pointer: [nil, 0, (2**64) - 1, FFI::Pointer.new(8)]
  }.freeze
  MISFITS = {
    int8: [-129, 128, nil, 1.0], uint8: [-1, 256], int16: [-32_769, 32_768], uint16: [-1, 65_536],
    int32: [(-2**31) - 1, 2**31], uint32: [-1, 2**32], int64: [(-2**63) - 1, 2**63, "1", true],
    uint64: [-1, 2**64], double: ["1.5", nil], bool: [0, "true"], string: [1, Object.new],
    pointer: [-1, 2**64, "x"]
  }.freeze

  def test_disabled_does_nothing
    tracepoint = new_tracepoint(Integer, String)
    called = false
    [-> { tracepoint }, -> { tracepoint.provider.enable && tracepoint }].each do |phase|
      tracepoint = phase.call
      refute tracepoint.enabled?
      assert_equal false, tracepoint.fire(1, "a")
      assert_equal false, tracepoint.fire("wrong", 2)
      assert_equal false, tracepoint.fire(1)
      assert_equal(false, tracepoint.fire { called = true })
    end
    refute called
  end

  def test_a_fire_of_integers_allocates_nothing
    tracepoint = new_tracepoint(Integer, Integer)
    assert_allocates_nothing(tracepoint)
    tracepoint.provider.enable
    assert_allocates_nothing(tracepoint)
    come_near(tracepoint.provider)
    assert_allocates_nothing(tracepoint)
    attached(tracepoint) { assert_allocates_nothing(tracepoint) }
  end

  # Other threads may, now and then.
  def assert_allocates_nothing(tracepoint)
    counts = Array.new(5) do
      before = GC.stat(:total_allocated_objects)
      i = 0
      while i < 1000
        tracepoint.fire(1, i)
        tracepoint.enabled?
        i += 1
      end
      GC.stat(:total_allocated_objects) - before
    end
    assert_operator counts.min, :<, 5
  end

  def test_more_values_than_arguments
    tracepoint = new_tracepoint(Integer)
    assert_raises(ArgumentError) { tracepoint.fire(1, 2) }
    assert_raises(Tracepoint::InvalidArgumentError) { strict { tracepoint.fire(1, 2) } }
  end

  def test_every_type_when_attached
    FITS.each do |type, values|
      tracepoint = new_tracepoint(type)
      attached(tracepoint) do
        values.each do |value|
          assert_equal true, tracepoint.fire(value), "#{type} #{value.inspect}"
          assert_equal(true, tracepoint.fire { value })
        end
      end
    end
  end

  def test_values_that_do_not_fit_when_attached
    MISFITS.each do |type, values|
      tracepoint = new_tracepoint(type)
      attached(tracepoint) do
        lines = logged do
          values.each do |value|
            assert_equal false, tracepoint.fire(value), "#{type} #{value.inspect}"
          end
        end
        assert_equal 1, lines.size, "it is said once"
        assert_match(/is no value for arg0, which is #{type}/, lines.first)
      end
    end
  end

  # It has no method of its own that may be called.
  class Bare < BasicObject
    def method_missing(*) = ::Kernel.raise("called") # rubocop:disable Style/MissingRespondToMissing
  end

  def test_a_value_that_answers_to_nothing
    [[Integer], [:int8], [String, Integer], [:double]].each do |types|
      tracepoint = new_tracepoint(*types)
      attached(tracepoint) do
        lines = logged { assert_equal false, tracepoint.fire(*types.map { Bare.new }) }
        assert_match(/a FireTest::Bare is no value for arg0/, lines.join)
      end
    end
  end

  def test_values_that_do_not_fit_in_strict_mode
    MISFITS.each do |type, values|
      tracepoint = new_tracepoint(type)
      strict do
        values.each { |value| assert_raises(Tracepoint::InvalidArgType, "#{type} #{value}") { tracepoint.fire(value) } }
        FITS[type].each { |value| refute tracepoint.fire(value) }
      end
    end
  end

  def test_wrong_count
    tracepoint = new_tracepoint(Integer, Integer)
    attached(tracepoint) do
      assert_match(/1 values for 2 arguments/, logged { refute tracepoint.fire(1) }.join)
      strict do
        assert_raises(Tracepoint::InvalidArgumentError) { tracepoint.fire }
        assert_raises(Tracepoint::InvalidArgumentError) { tracepoint.fire { [1, 2, 3] } }
      end
    end
  end

  def test_block_form
    two = new_tracepoint(Integer, String)
    attached(two) { assert_equal(true, two.fire { [1, "a"] }) }
    one = new_tracepoint(String)
    attached(one) { assert_equal(true, one.fire { "a" }) }
    none = new_tracepoint
    called = 0
    attached(none) do
      assert_equal(true, none.fire { called += 1 })
      assert_equal true, none.fire
    end
    assert_equal 1, called
  end

  def test_a_block_that_raises
    tracepoint = new_tracepoint(Integer, String)
    attached(tracepoint) do
      lines = logged { assert_equal(false, tracepoint.fire { raise IOError, "from the block" }) }
      assert_match(/IOError.*from the block/, lines.join)
      strict { assert_raises(IOError) { tracepoint.fire { raise IOError } } }
    end
  end

  def test_twelve_arguments_of_all_types
    types = StaticTracing::Types::BY_NAME.keys
    assert_equal 12, types.size
    tracepoint = new_tracepoint(*types)
    attached(tracepoint) { assert tracepoint.fire(*types.map { |type| FITS[type].first }) }
  end

  def test_a_string_is_not_changed_nor_copied
    value = +"mutable"
    tracepoint = new_tracepoint(String)
    attached(tracepoint) { assert tracepoint.fire(value) }
    assert_equal "mutable", value
    refute value.frozen?
  end

  def test_the_c_function_in_a_ractor
    out = run_ruby(<<~RUBY, options: ["-W:no-experimental"])
      tracepoint = StaticTracing::Tracepoint.new("ractor", "probe", Integer)
      tracepoint.provider.enable
      address = tracepoint.address
      p(Ractor.new(address) { |probe| StaticTracing::Native.usdt_dyn_probe_fire_tagged(probe, 1) }.take)
      tracepoint.instance_variable_get(:@semaphore).write_uint16(1)
      p(Ractor.new(address) { |probe| StaticTracing::Native.usdt_dyn_probe_fire_tagged(probe, 1) }.take)
      p(Ractor.new(address) { |probe| StaticTracing::Native.usdt_dyn_probe_fire_tagged(probe, 2**62) }.take)
    RUBY
    assert_equal "0\n1\n-1\n", out
  end

  def test_no_copies_of_a_tracepoint
    tracepoint = new_tracepoint(Integer)
    assert_raises(TypeError) { tracepoint.dup }
    assert_raises(TypeError) { tracepoint.clone }
  end

  # In a Ruby of its own: each of the many collections looks at what there is.
  def test_under_stress
    out = run_ruby(<<~RUBY)
      tracepoint = StaticTracing::Tracepoint.new("stressed", "probe", Integer, String, Symbol)
      tracepoint.provider.enable
      File.open(tracepoint.provider.path) { sleep 0.005 until StaticTracing::Fire.near? }
      tracepoint.instance_variable_get(:@semaphore).write_uint16(1)
      GC.stress = true
      threads = Array.new(16) { |n| Thread.new { [0, 40].each { |size| tracepoint.fire(n, "x" * size, :symbol) } } }
      threads.each(&:join)
      GC.stress = false
      GC.compact
      p tracepoint.fire(1, "after", nil)
    RUBY
    assert_equal "true\n", out
  end
end
