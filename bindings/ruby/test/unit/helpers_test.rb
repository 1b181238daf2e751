# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# Names, macros, values: what helpers make and tell.
class HelpersTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  # A class with a name of its own, as helpers want it.
  def named_class(superclass = Object, &)
    name = "Klass#{TestHelper.unique("traced").delete("^0-9")}"
    klass = Class.new(superclass)
    HelpersTest.const_set(name, klass)
    klass.extend(Helpers)
    klass.class_eval(&)
    klass
  end

  def provider_of(klass)
    StaticTracing::Provider.fetch(klass)
  end

  def test_latency
    klass = named_class do
      def pay(amount) = sleep(0.002) && amount
      trace_latency :pay
    end
    probe = provider_of(klass).tracepoints["pay"]
    assert_equal({ "overhead_ns" => :int64, "method" => :string, "duration_ns" => :int64, "raised" => :bool },
                 probe.arguments)
    event = assert_fired(probe, times: 1) { assert_equal 7, klass.new.pay(7) }.first
    overhead, method, duration, raised = event.values
    assert_equal "pay", method
    assert_operator duration, :>, 2_000_000
    assert_operator overhead, :>, 0
    assert_equal false, raised
  end

  def test_latency_of_a_method_that_raises
    klass = named_class do
      def fail! = raise(IOError, "from within")
      trace_latency :fail!
    end
    probe = provider_of(klass).tracepoints["fail_bang"]
    event = assert_fired(probe) do
      error = assert_raises(IOError) { klass.new.fail! }
      assert_match(/helpers_test/, error.backtrace.first)
      assert_nil error.cause
    end.first
    assert_equal ["fail!", true], event.values.values_at(1, 3)
  end

  def test_stack
    klass = named_class do
      def outer = inner
      def inner = 1
      trace_stack :inner
    end
    event = assert_fired("#{provider_of(klass).name}:inner") { klass.new.outer }.first
    frames = event.values.last.lines
    assert_match(/in .*outer'$/, frames.first)
    assert_match(/test_stack/, frames[1])
  end

  def test_a_stack_is_bounded
    klass = named_class do
      def deep(count) = count.zero? ? leaf : deep(count - 1)
      def leaf = 1
      trace_stack :leaf
    end
    [500, 5].each do |depth|
      event = assert_fired("#{provider_of(klass).name}:leaf") { klass.new.deep(depth) }.first
      *frames, last = event.values.last.split("\n")
      assert_operator frames.size, :<=, Helpers::Stack::FRAMES
      assert_operator event.values.last.bytesize, :<=, Helpers::Stack::BYTES
      assert_equal Helpers::Stack::CUT, last if depth == 500
      frames.each { |frame| assert_match(/\A[^\n]+:\d+:in [`'].*'\z/, frame) }
    end
  end

  def test_a_stack_of_long_frames
    stack = Helpers::Stack.text(Array.new(5) { |i| i.to_s * 1000 })
    assert_equal [1000, 1000, 1000, 3], stack.split("\n").map(&:size)
    assert_equal "...", Helpers::Stack.text(["x" * 4000])
    assert_equal "a\nb", Helpers::Stack.text(%w[a b])
  end

  def test_arguments
    klass = named_class do
      def call(*, **) = 1
      def two(_one, _two) = 2
      trace_arguments :call, :two
    end
    call = "#{provider_of(klass).name}:call"
    given = [[1, "é", nil], [BasicObject.new], [[0] * 100, { a: 1 }], ["x" * 5000], [*1..1000]]
    shown = ["1, #{"é".inspect}, nil", /\A#<BasicObject object_id=\d+>\z/, "#<Array of 100>, {a: 1}"]
    events = assert_fired(call, times: 6) do
      given.each { |arguments| klass.new.call(*arguments) }
      klass.new.call(1, key: :value)
    end
    texts = events.map { |event| event.values.last }
    shown.zip(texts) { |expected, text| assert_operator expected, :===, text }
    assert_equal Helpers::Arguments::ARGUMENT_BYTES, texts[3].bytesize
    assert_equal [Helpers::Arguments::BYTES, "..."], [texts[4].bytesize, texts[4][-3..]]
    assert_equal "1, key: :value", texts[5]
    assert_equal "[1], :b", assert_fired("#{provider_of(klass).name}:two") { klass.new.two([1], :b) }.first.values.last
  end

  def test_arguments_whose_inspect_is_traced
    klass = named_class do
      def inspect = super.upcase
      def same?(other) = other.inspect == inspect
      trace_arguments :inspect, :same?
    end
    StaticTracing.configuration.inspectable = [klass]
    events = assert_fired("#{provider_of(klass).name}:same_p") { klass.new.same?(klass.new) }
    assert_equal 1, events.size
    assert_match(/\A#<HELPERSTEST::#{klass.name.split("::").last.upcase}/, events.first.values.last)
  ensure
    StaticTracing.configuration.inspectable = []
  end

  def test_calls
    klass = named_class do
      def self.find(id) = id
      trace_calls :find, singleton: true
    end
    assert_equal "find", assert_fired("#{provider_of(klass).name}:find") { klass.find(1) }.first.values.last
  end

  def test_macros_give_back_the_methods
    results = []
    named_class do
      results << (trace_latency def one = 1)
      private(trace_calls(def two = 2))
      results << trace_stack(:one, :two) << private_method_defined?(:two)
    end
    assert_equal [:one, %i[one two], true], results
  end

  def test_a_whole_class
    klass = named_class do
      def one = 1
      def two = 2
      private def three = 3
      trace_latency
    end
    assert_equal %w[one two], provider_of(klass).tracepoints.keys.sort
    maps = File.readlines("/proc/self/maps").grep(%r{/#{provider_of(klass).name}\.\d+\.so}).map do |line|
      line.split.last
    end
    assert_equal 1, maps.uniq.size, "one image for all"
  end

  def test_without_the_macro
    klass = named_class { def pay = 1 }
    provider = TestHelper.unique("given")
    helper = Helpers::Latency.new(klass, :pay, provider:, probe: "paying").enable
    assert helper.enabled?
    refute helper.wrapped?
    assert_same helper, Helpers::Latency.new(klass, "pay", provider:, probe: "paying")
    assert_fired("#{provider}:paying") { klass.new.pay }
    refute helper.disable.enabled?
    refute_fired("#{provider}:paying") { klass.new.pay }
  end

  def test_names_of_probes
    klass = named_class do
      %i[pay pay! pay? pay= + [] []= -@ größe].each { |name| define_method(name) { |*| 1 } }
      define_method("two words") { 1 }
      trace_calls :pay, :pay!, :pay?, :pay=, :+, :[], :[]=, :-@, :größe, :"two words"
    end
    names = provider_of(klass).tracepoints.keys
    assert_equal %w[pay pay_bang pay_p pay_set op_plus op_aref op_aset op_uminus gr_xF6_xDFe two_x20words], names
    events = StaticTracing::Testing.record do
      klass.new.pay!
      klass.new.pay = 1
      klass.new["x"]
      klass.new.send("two words")
    end
    assert_equal ["pay!", "pay=", "[]", "two words"], events.map { |event| event.values[1] }
  end

  def test_two_helpers_for_one_method
    klass = named_class do
      def pay = 1
      def pay_bang = 2
      def pay! = 3
      trace_latency :pay, :pay_bang, :pay!
      trace_stack :pay
      trace_stack :pay
    end
    assert_equal %w[pay pay_bang pay_bang_latency pay_stack], provider_of(klass).tracepoints.keys
    events = StaticTracing::Testing.record { klass.new.pay }
    assert_equal %w[pay pay_stack], events.map(&:tracepoint).sort
  end

  def test_an_anonymous_class_needs_a_name
    klass = Class.new { def pay = 1 }
    assert_raises(StaticTracing::InvalidNameError) { Helpers::Calls.new(klass, :pay) }
    assert_kind_of Helpers::Calls, Helpers::Calls.new(klass, :pay, provider: TestHelper.unique("anonymous"))
  end

  def test_a_class_that_is_loaded_again
    HelpersTest.class_eval("class Again; extend Helpers; def pay = 1; trace_calls :pay; end", __FILE__, __LINE__)
    old = HelpersTest.send(:remove_const, :Again)
    HelpersTest.class_eval("class Again; extend Helpers; def pay = 2; trace_calls :pay; end", __FILE__, __LINE__)
    events = assert_fired("again:pay", times: 1) do
      assert_equal 1, old.new.pay
      assert_equal 2, HelpersTest::Again.new.pay
    end
    assert_equal "pay", events.first.values.last
  end

  def test_measure
    provider = TestHelper.unique("measured")
    assert_equal(3, StaticTracing.measure(provider, "checkout") { 3 })
    event = assert_fired("#{provider}:checkout", times: 1) do
      StaticTracing.measure(provider, "checkout") do
        sleep 0.001
      end
    end.first
    assert_equal ["checkout", false], event.values.values_at(1, 3)
    assert_operator event.values[2], :>=, 1_000_000
    events = assert_fired("#{provider}:checkout") do
      assert_raises(IOError) { StaticTracing.measure(provider, "checkout") { raise IOError } }
    end
    assert_equal true, events.first.values.last
  end

  def test_measure_under_a_name_that_cannot_be
    lines = logged { 2.times { assert_equal(1, StaticTracing.measure("a-b", "c") { 1 }) } }
    assert_equal 1, lines.size
  end

  class ResultSize < Helpers::Base
    arguments size: Integer, failed: true
    def before(receiver, *arguments, **) = [receiver.class, arguments]
    def after(_before, result, error) = [error ? -1 : result.size, !error.nil?]
  end

  def test_a_helper_of_ones_own
    klass = named_class do
      def find(text, times: 1) = text * times
    end
    helper = ResultSize.new(klass, :find).enable
    events = assert_fired(helper.tracepoint) do
      assert_equal "abab", klass.new.find("ab", times: 2)
      assert_raises(NoMethodError) { klass.new.find(nil) }
    end
    assert_equal [["find", 4, false], ["find", -1, true]], events.map { |event| event.values.drop(1) }
  end

  class Broken < Helpers::Base
    arguments one: Integer
    def before(*) = raise("before")
    def after(*) = raise("after")
  end

  def test_a_helper_that_raises
    klass = named_class { def find = 5 }
    helper = Broken.new(klass, :find).enable
    lines = logged { refute_fired(helper.tracepoint) { assert_equal 5, klass.new.find } }
    assert_match(/RuntimeError: before/, lines[0])
    assert_match(/RuntimeError: after/, lines[1])
  end

  def test_what_is_refused
    {
      [Integer, :+] => /slower for ever/, [String, :==] => /slower for ever/, [Kernel, :lambda] => /frame/,
      [StaticTracing::Provider, :enable] => /tracing's own/, [Class.new, :absent] => /no such method/,
      [5, :to_s] => /no class or module/, [Class.new { def a = 1 }.freeze, :a] => /frozen/
    }.each do |(target, method), reason|
      error = assert_raises(Helpers::InvalidMethodError) { Helpers::Calls.new(target, method, provider: "refused") }
      assert_match reason, error.message
    end
  end

  def test_modes
    klass = named_class do
      def pay = 1
      trace_latency :pay
    end
    own = klass.instance_method(:pay).owner
    StaticTracing.configuration.mode = :on
    refute_equal own, klass.instance_method(:pay).owner
    assert_equal 1, klass.new.pay
    StaticTracing.configuration.mode = :off
    assert_equal own, klass.instance_method(:pay).owner
    assert_nil provider_of(klass).path
  ensure
    StaticTracing.configuration.mode = :auto
  end
end
