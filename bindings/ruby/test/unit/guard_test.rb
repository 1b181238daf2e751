# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# What changes a traced class does what it does untraced; tests/ruby/changes.rb has more of it, under a tracer.
class GuardTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  # Puts the wrappers of all helpers in while the block runs.
  def traced(owner, method, singleton: false)
    provider = TestHelper.unique("guarded")
    helpers = [Helpers::Latency, Helpers::Calls].map { |kind| kind.new(owner, method, provider:, singleton:).enable }
    StaticTracing::Testing.record { yield helpers }
  ensure
    helpers&.each(&:disable)
  end

  # Ruby warns of a method that takes the place of another.
  def quietly
    verbose = $VERBOSE
    $VERBOSE = nil
    yield
  ensure
    $VERBOSE = verbose
  end

  class Base
    def self.find(id) = id
    def pay(amount) = amount
  end

  def subclass
    Class.new(Base) do
      def self.find(id) = super + 1
      def self.own = :own
      singleton_class.alias_method :other, :own
      def pay(amount) = super + 1
      def more = pay(1)
      alias_method :most, :more
    end
  end

  def test_methods_of_subclasses
    events = traced(Base, :pay) { assert_equal [2, 2], [subclass.new.pay(1), subclass.new.most] }
    assert_equal 4, events.size
    events = traced(Base, :find, singleton: true) { assert_equal [3, :own], [subclass.find(2), subclass.other] }
    assert_equal 2, events.size
  end

  def test_a_second_name_in_a_subclass
    klass = Class.new(Base)
    traced(Base, :pay) do
      klass.class_eval do
        alias_method :old_pay, :pay
        def pay(amount) = old_pay(amount) + 1
      end
      assert_equal 2, klass.new.pay(1)
    end
    assert_equal __FILE__, klass.instance_method(:old_pay).source_location.first
  end

  def test_a_traced_subclass_of_a_traced_class
    klass = subclass
    traced(klass, :pay) do
      events = traced(Base, :pay) do
        quietly { klass.class_eval { def pay(amount, more) = super(amount) + more } }
        assert_equal 3, klass.new.pay(1, 2)
      end
      assert_equal 4, events.size
      assert_equal 3, klass.new.pay(1, 2)
    end
  end

  def test_a_method_that_comes_back
    klass = Class.new { def pay = 1 }
    events = traced(klass, :pay) do |helpers|
      klass.undef_method(:pay)
      assert_raises(NoMethodError) { klass.new.pay }
      refute_respond_to klass.new, :pay
      refute(helpers.any?(&:wrapped?))
      klass.class_eval { private def pay(*all, key: 1) = [all, key] }
      assert_equal [[1], 2], klass.new.send(:pay, 1, key: 2)
      assert klass.private_method_defined?(:pay)
    end
    assert_equal 2, events.size
    assert_equal klass, klass.instance_method(:pay).owner
  end

  def test_a_method_that_has_gone_when_the_wrapper_comes
    klass = Class.new { def pay = 1 }
    helper = Helpers::Calls.new(klass, :pay, provider: TestHelper.unique("gone")).enable
    klass.remove_method(:pay)
    lines = logged do
      assert_fired(helper.tracepoint, times: 1) do
        assert_raises(NoMethodError) { klass.new.pay }
        klass.define_method(:pay) { 2 }
        assert_equal 2, klass.new.pay
      end
    end
    assert_empty lines
  end

  def test_module_functions
    mod = Module.new { def self.twice(number) = number * 2 }
    traced(mod, :twice, singleton: true) do
      quietly do
        mod.module_eval do
          module_function

          def twice(number) = number * 3
          def thrice(number) = number * 3
        end
      end
      assert_equal [6, 6], [mod.twice(2), mod.thrice(2)]
      assert mod.private_method_defined?(:twice)
    end
    traced(mod, :twice) do
      quietly { mod.module_eval { module_function :thrice, :twice } }
      mod.send(:public, :twice)
      assert_equal 6, Object.new.extend(mod).twice(2)
    end
  end

  def test_an_object_and_its_class
    object = Class.new { def one = 1 }.new
    def object.one = super + 1
    traced(object, :one, singleton: true) do
      quietly { def object.one = super + 2 }
      assert_equal 3, object.one
      object.singleton_class.send(:private, :one)
      assert_raises(NoMethodError) { object.one }
    end
  end

  def test_the_hooks_of_the_program
    changes = []
    klass = Class.new do
      define_singleton_method(:method_added) { |name| changes << name }
      def pay = 1
      def other = 1
    end
    hooks = %i[method_added method_removed private public].map { |name| klass.method(name) }
    traced(klass, :pay) do
      klass.class_eval { def more = 1 }
      assert_equal %i[pay more], klass.send(:private, :pay, :more)
    end
    assert_equal %i[pay other more], changes
    assert_equal hooks, %i[method_added method_removed private public].map { |name| klass.method(name) }
  end

  def test_names_that_are_wrong
    klass = Class.new { def pay = 1 }
    traced(klass, :pay) do
      assert_raises(NameError) { klass.send(:private, :absent) }
      assert_raises(TypeError) { klass.send(:private, 5) }
      assert_raises(ArgumentError) { klass.send(:method_added) }
      assert_raises(NoMethodError) { klass.private(:pay) } unless klass.respond_to?(:private)
    end
  end
end
