# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# A traced method does what it did before: each case with every built-in helper in its way.
class WrapperTest < Minitest::Test
  Helpers = StaticTracing::Helpers
  KINDS = [Helpers::Latency, Helpers::Stack, Helpers::Arguments, Helpers::Calls].freeze

  # Runs the block without wrappers, with them (as for a tracer), with a recorder, and without again.
  def with_and_without(klass, *methods, singleton: false)
    provider = TestHelper.unique("wrapped")
    helpers = methods.product(KINDS).map do |name, kind|
      kind.new(klass, name, provider:, singleton:)
    end
    helpers.each(&:enable)
    yield false
    [1, 0, 1, 0].each do |semaphore|
      helpers.each { |helper| helper.tracepoint.instance_variable_get(:@semaphore).write_uint16(semaphore) }
      StaticTracing::Watcher.look
      assert(helpers.all? { |helper| helper.wrapped? == (semaphore == 1) })
      yield semaphore == 1
    end
    events = StaticTracing::Testing.record { yield true }
    yield false
    events
  ensure
    helpers&.each { |helper| helper.tracepoint.instance_variable_get(:@semaphore).write_uint16(0) }
    helpers&.each(&:disable)
  end

  class Parameters
    def none = []
    def one(one) = [one]
    def optional(one, two = one + 1, *rest, last) = [one, two, rest, last]
    def keywords(one, two: 2, **rest) = [one, two, rest]
    def required(class:, if: 1) = [binding.local_variable_get(:class), binding.local_variable_get(:if)]
    def options(one, options = {}) = [one, options]
    def block(one, &block) = [one, block&.call(one)]
    def yielding(one) = block_given? ? yield(one, 2) : one
    def all(...) = optional(...)
    def destructured(one, (two, three)) = [one, two, three]
    def no_keywords(one, **nil) = [one]
  end

  def test_parameters
    object = Parameters.new
    with_and_without(Parameters, *Parameters.public_instance_methods(false)) do
      assert_equal [], object.none
      assert_equal [[1]], object.one([1])
      assert_equal [1, 2, [], 9], object.optional(1, 9)
      assert_equal [1, 5, [6], 9], object.optional(1, 5, 6, 9)
      assert_equal [1, 2, {}], object.keywords(1)
      assert_equal [1, 3, { four: 4 }], object.keywords(1, two: 3, four: 4)
      assert_equal [{ two: 3 }, 2, {}], object.keywords({ two: 3 })
      assert_equal [1, 2], object.required(class: 1, if: 2)
      assert_equal [1, { a: 1 }], object.options(1, { a: 1 })
      assert_equal [1, { a: 1 }], object.options(1, a: 1)
      assert_equal [1, nil], object.block(1)
      assert_equal([1, 2], object.block(1) { |n| n + 1 })
      assert_equal([1, 2], object.yielding(1) { |*both| both })
      assert_equal 1, object.yielding(1)
      assert_equal [1, 2, [], 9], object.all(1, 9)
      assert_equal [1, 2, 3], object.destructured(1, [2, 3])
      assert_equal [1], object.no_keywords(1)
      assert_raises(ArgumentError) { object.one }
      assert_raises(ArgumentError) { object.one(1, 2) }
      assert_raises(ArgumentError) { object.required(class: 1, other: 2) }
      assert_raises(ArgumentError) { object.none(1) }
    end
  end

  def test_a_block_keeps_its_identity
    given = proc { 1 }
    klass = Class.new do
      def pass(&block) # rubocop:disable Naming/BlockForwarding
        block
      end
    end
    with_and_without(klass, :pass) { assert_same given, klass.new.pass(&given) }
  end

  class Visible
    def call_secret = secret
    def call_shared(other) = other.shared
    protected def shared = :shared
    private def secret = :secret
  end

  def test_visibility
    with_and_without(Visible, :secret, :shared) do
      assert_raises(NoMethodError) { Visible.new.secret }
      assert_raises(NoMethodError) { Visible.new.shared }
      assert_equal :secret, Visible.new.call_secret
      assert_equal :shared, Visible.new.call_shared(Visible.new)
      assert Visible.private_method_defined?(:secret)
      assert Visible.protected_method_defined?(:shared)
      refute_respond_to Visible.new, :secret
    end
  end

  def test_reflection_is_as_before_when_nobody_traces
    klass = Class.new { def pay(one, two = 2, *rest, key: 1, &block) = [one, two, rest, key, block] }
    before = klass.instance_method(:pay)
    with_and_without(klass, :pay) do |wrapped|
      now = klass.instance_method(:pay)
      next assert_equal Helpers::Wrapper::FILE, now.source_location.first if wrapped

      assert_equal [before.owner, before.arity, before.parameters, before.source_location],
                   [now.owner, now.arity, now.parameters, now.source_location]
    end
  end

  def test_a_mirrored_signature_has_the_same_arity
    klass = Class.new { def two(one, two) = [one, two] }
    with_and_without(klass, :two) { assert_equal 2, klass.instance_method(:two).arity }
  end

  class Parent
    def greet(name) = "hello #{name}"
  end

  class Child < Parent
    def greet(name) = "#{super} and more"
  end

  class Inheriting < Parent; end

  def test_super_and_inheritance
    with_and_without(Parent, :greet) { assert_equal "hello you and more", Child.new.greet("you") }
    with_and_without(Child, :greet) { assert_equal "hello you and more", Child.new.greet("you") }
    events = with_and_without(Inheriting, :greet) do |wrapped|
      assert_equal "hello you", Inheriting.new.greet("you")
      assert_equal Parent, Inheriting.instance_method(:greet).owner unless wrapped
      Parent.new.greet("not traced")
    end
    assert_equal KINDS.size, events.size
  end

  def test_alias
    klass = Class.new do
      def old(one) = one
      alias_method :new_name, :old
    end
    with_and_without(klass, :old, :new_name) do
      assert_equal 1, klass.new.old(1)
      assert_equal 2, klass.new.new_name(2)
    end
  end

  def test_method_missing_and_respond_to_missing
    klass = Class.new do
      def method_missing(name, *arguments, &) = name == :ghost ? [name, *arguments] : super
      def respond_to_missing?(name, include_all = false) = name == :ghost || super
    end
    with_and_without(klass, :method_missing, :respond_to_missing?) do
      assert_equal [:ghost, 1], klass.new.ghost(1)
      assert_respond_to klass.new, :ghost
      assert_raises(NoMethodError) { klass.new.absent }
    end
  end

  def test_prepended_by_others_before_and_after
    klass = Class.new { def pay = ["original"] }
    klass.prepend(Module.new { def pay = ["before", *super] })
    with_and_without(klass, :pay) { assert_equal %w[before original], klass.new.pay }
    klass.prepend(Module.new { def pay = ["after", *super] })
    with_and_without(klass, :pay) { assert_equal %w[after before original], klass.new.pay }
  end

  class Refined
    def pay = "plain"
  end

  module Refinement
    refine Refined do
      def pay = "refined #{super}"
    end
  end

  using Refinement

  def test_refinements
    with_and_without(Refined, :pay) { assert_equal "refined plain", Refined.new.pay }
  end

  Defined = Struct.new(:accessor) do
    attr_accessor :attribute

    define_method(:defined) { |one, two = 2| [one, two] }
    define_method("two words") { |one, key: 1| [one, key, block_given?] }
    def empty? = true
    def save! = :saved

    attr_writer :name

    def [](key) = [:aref, key]

    def []=(key, value)
      @set = [key, value]
    end

    def +(other) = [:plus, other]
    def -@ = :minus
    def =~(other) = [:match, other]
    def call(one) = one
    attr_reader :set
  end

  def test_names_of_all_kinds
    names = %i[accessor accessor= attribute attribute= defined empty? save! name= [] []= + -@ =~ call] << :"two words"
    with_and_without(Defined, *names) do
      object = Defined.new(5)
      assert_equal 5, object.accessor
      object.accessor = 6
      assert_equal 6, object.accessor
      object.attribute = 7
      assert_equal 7, object.attribute
      assert_equal [1, 2], object.defined(1)
      assert_equal [1, 3, false], object.send("two words", 1, key: 3)
      assert_predicate object, :empty?
      assert_equal :saved, object.save!
      assert_equal "x", (object.name = "x")
      assert_equal [:aref, 1], object[1]
      object[:k] = :v
      assert_equal %i[k v], object.set
      assert_equal [:plus, 1], object + 1
      assert_equal :minus, -object
      assert_equal [:match, 1], object =~ 1
      assert_equal 9, object.call(9)
    end
  end

  def test_frozen_after_it_was_registered
    klass = Class.new { def pay = 1 }
    provider = TestHelper.unique("frozen")
    helper = Helpers::Calls.new(klass, :pay, provider:).enable
    klass.freeze
    assert_fired(helper.tracepoint) { assert_equal 1, klass.new.pay }
  end

  module Mixin
    def mixed = [:mixed, self.class]
  end

  def test_a_module_in_many_classes
    classes = Array.new(3) { Class.new { include Mixin } }
    events = with_and_without(Mixin, :mixed) do
      classes.each { |klass| assert_equal [:mixed, klass], klass.new.mixed }
    end
    assert_equal 3 * KINDS.size, events.size
  end

  def test_redefined_while_the_wrapper_is_in
    klass = Class.new { def pay = 1 }
    helper = Helpers::Calls.new(klass, :pay, provider: TestHelper.unique("again")).enable
    assert_fired(helper.tracepoint, times: 2) do
      assert_equal 1, klass.new.pay
      klass.send(:remove_method, :pay)
      klass.define_method(:pay) { 2 }
      assert_equal 2, klass.new.pay
    end
    assert_equal 2, klass.new.pay
    assert_equal klass, klass.instance_method(:pay).owner
  end

  def test_an_alias_chain_put_on_while_the_wrapper_is_in
    klass = Class.new { def pay(amount) = amount }
    helpers = [Helpers::Latency, Helpers::Calls].map do |kind|
      kind.new(klass, :pay, provider: TestHelper.unique("chain")).enable
    end
    assert_fired(helpers.first.tracepoint, times: 1) do
      klass.class_eval do
        alias_method :pay_without_tax, :pay
        remove_method :pay
        def pay(amount) = pay_without_tax(amount) + 1
      end
      assert_equal 11, klass.new.pay(10)
    end
    assert_equal 11, klass.new.pay(10)
    assert_equal 10, klass.new.pay_without_tax(10)
    refute klass.private_method_defined?(:pay_without_tax)
  end

  def test_an_alias_chain_on_a_singleton_method
    klass = Class.new { def self.find(id) = id }
    helper = Helpers::Calls.new(klass, :find, provider: TestHelper.unique("chain"), singleton: true).enable
    assert_fired(helper.tracepoint, times: 1) do
      klass.singleton_class.class_eval do
        alias_method :find_without, :find
        remove_method :find
        def find(id) = find_without(id) + 1
      end
      assert_equal 2, klass.find(1)
    end
    assert_equal 2, klass.find(1)
  end

  class Bare < BasicObject
    def pay(amount) = amount
    def fail! = ::Kernel.raise(::IOError)
  end

  def test_basic_objects
    with_and_without(Bare, :pay, :fail!) do
      assert_equal 3, Bare.new.pay(3)
      assert_raises(IOError) { Bare.new.fail! }
    end
  end

  module Functions
    module_function

    def twice(number) = number * 2
  end

  def test_singleton_methods
    with_and_without(Functions, :twice, singleton: true) { assert_equal 4, Functions.twice(2) }
    object = Object.new
    def object.one = 1
    with_and_without(object, :one, singleton: true) { assert_equal 1, object.one }
  end

  class Flow
    def thrower = throw(:out, 1)
    def each = yield(1)
    def recurse(count) = count.zero? ? 0 : 1 + recurse(count - 1)
    def fiber = Fiber.yield(1)
    def raiser = raise(ArgumentError, "message")
    def early(list) = list.each { |one| return one }
    def backtrace = caller_locations(1, 10).map(&:lineno)
  end

  def leave_by_return(flow)
    flow.each { |one| return one }
    nil
  end

  def test_ways_out
    flow = Flow.new
    with_and_without(Flow, *Flow.public_instance_methods(false)) do
      assert_equal(1, catch(:out) { flow.thrower })
      assert_equal(2, flow.each { |one| break one + 1 })
      assert_equal 1, leave_by_return(flow)
      assert_equal 5, flow.early([5, 6])
      assert_equal 20, flow.recurse(20)
      fiber = Fiber.new { flow.fiber }
      assert_equal 1, fiber.resume
      assert_equal :back, fiber.resume(:back)
      error = assert_raises(ArgumentError) { flow.raiser }
      assert_equal "message", error.message
      assert_nil error.cause
    end
  end

  def test_a_throw_is_no_raise
    helper = Helpers::Latency.new(Flow, :thrower, provider: TestHelper.unique("throw")).enable
    events = assert_fired(helper.tracepoint) { catch(:out) { Flow.new.thrower } }
    assert_equal false, events.first.values.last
  end

  def test_threads_inside_when_the_wrapper_goes_out
    klass = Class.new { def wait(queue) = queue.pop }
    helper = Helpers::Latency.new(klass, :wait, provider: TestHelper.unique("inside")).enable
    queue = Queue.new
    threads = nil
    StaticTracing::Testing.record do
      threads = Array.new(4) { Thread.new { klass.new.wait(queue) } }
      wait_until { queue.num_waiting == 4 }
    end
    refute helper.wrapped?
    4.times { |i| queue << i }
    assert_equal [0, 1, 2, 3], threads.map(&:value).sort
  end

  def test_a_method_object_taken_while_the_wrapper_is_in
    klass = Class.new { def pay = 1 }
    Helpers::Calls.new(klass, :pay, provider: TestHelper.unique("object")).enable
    method = nil
    StaticTracing::Testing.record { method = klass.new.method(:pay) }
    assert_equal 1, method.call
  end

  def test_in_a_ractor
    out = run_ruby(<<~RUBY, options: ["-W:no-experimental"])
      class Worker
        extend StaticTracing::Helpers
        def work(one, key: 1) = [one, key]
        trace_latency :work
        trace_arguments :work
        trace_calls :work
        trace_stack :work
      end
      class Own < StaticTracing::Helpers::Base
        arguments size: Integer
        def after(_before, result, _error) = [result.size]
      end
      Own.new(Worker, :work).enable
      StaticTracing.configuration.mode = :on
      puts Worker.instance_method(:work).owner != Worker
      ractor = Ractor.new { Worker.new.work(1, key: 2) }
      p ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    assert_equal "true\n[1, 2]\n", out
  end

  # Ruby 3.4 warns of a block for a method that takes none.
  def test_warnings
    out = run_ruby(<<~RUBY)
      class Worker
        extend StaticTracing::Helpers
        def forward(...) = take(...)
        def take(one, two = 2, *rest, key: 1, &block) = block&.call
        def any(*all) = all
        trace_latency
        trace_arguments
        trace_calls
        trace_stack
        instance_methods(false).each { |name| StaticTracing::Helpers::Base.new(self, name).enable }
      end
      StaticTracing.configuration.mode = :on
      worker = Worker.new
      p worker.forward(1, key: 2) { 3 }, worker.take(1, 2, 3) { 4 }, worker.any(1) { 5 }
    RUBY
    assert_equal "3\n4\n[1]\n", out
  end

  def test_what_the_wrapper_cannot_hide
    klass = Class.new { def where = caller_locations(1, 1).first.path }
    with_and_without(klass, :where) do |wrapped|
      assert_equal(wrapped ? Helpers::Wrapper::FILE : __FILE__, klass.new.where)
    end
  end
end
