# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# What helpers do to classes that are not as classes are for the most part, and from where it is done.
class HarmlessTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  # The block runs with wrappers in the way of the methods.
  def traced(klass, *methods, singleton: false)
    provider = TestHelper.unique("harmless")
    helpers = methods.map { |name| Helpers::Calls.new(klass, name, provider:, singleton:).enable }
    StaticTracing::Testing.record { yield helpers }
  ensure
    helpers&.each(&:disable)
  end

  # What the class itself answers is the program's affair.
  class Headstrong
    NAMES = %i[name inspect to_s hash == is_a? send class frozen? prepend ancestors singleton_class singleton_class?
               instance_method alias_method public_method_defined? protected_method_defined? private_method_defined?
               public_instance_methods].freeze
    NAMES.each { |name| define_singleton_method(name) { |*| ::Kernel.raise("#{name} was called") } }

    def find(id) = id
    def self.all(*ids) = ids
  end

  def test_a_class_with_methods_of_the_names_that_ruby_has
    assert_equal(1, traced(Headstrong, :find) { assert_equal 1, Headstrong.new.find(1) }.size)
    assert_equal(1, traced(Headstrong, :all, singleton: true) { assert_equal [1, 2], Headstrong.all(1, 2) }.size)
    traced(Headstrong, :find) do
      Headstrong.class_eval do
        alias_method_of_ruby = Module.instance_method(:alias_method)
        alias_method_of_ruby.bind_call(self, :seek, :find)
        def find(id, more) = [seek(id), more]
      end
      assert_equal [1, 2], Headstrong.new.find(1, 2)
    end
  end

  # Ruby warns of their removal, whoever's they are.
  class Constructed
    attr_reader :id

    def initialize(id) = @id = id
  end

  def test_no_warnings_of_ruby
    _, warnings = capture_io do
      traced(Constructed, :initialize, :object_id, :__send__) { assert_equal 3, Constructed.new(3).id }
    end
    assert_empty warnings
  end

  # Defined anew by a signal handler, which may take no lock.
  class Handled
    def one = 1
    def two(value) = value
    alias before two # no warning when it is defined anew
  end

  def test_a_signal_handler_that_changes_a_traced_class
    messages = logged do
      traced(Handled, :one, :two) do |helpers|
        in_signal_handler do
          Handled.class_eval do
            def two(one, more) = [one, more]
            private :one

            private

            def three = 3
          end
        end
        assert_equal [1, 2], Handled.new.two(1, 2)
        refute_respond_to Handled.new, :one
        assert(helpers.all?(&:wrapped?))
      end
    end
    assert_empty messages
    assert Handled.private_method_defined?(:three)
  end

  # A method whose name only define_method can give.
  class Unspelled
    define_method(:"one two") { |value, more: 0| [value, more] }
  end

  def test_a_second_name_for_a_method_whose_name_def_cannot_spell
    name = :"one two"
    events = traced(Unspelled, name) do
      Unspelled.class_eval do
        alias_method :old, name
        define_method(name) { |value, more: 1| [old(value, more:), :around] }
      end
      assert_equal [[1, 1], :around], Unspelled.new.send(name, 1)
    end
    assert_equal 1, events.size
    assert_equal __FILE__, Unspelled.instance_method(:old).source_location.first
  end

  # Changed by what looks the method up, and would find the wrapper.
  module Functions
    def one = [:one, self == Functions]
    def two(*arguments) = three(*arguments)
    def three(*arguments, **options) = [arguments, options]
    alias before two # no warning when it is defined anew
  end

  def test_module_function_and_ruby2_keywords
    receiver = Object.new.extend(Functions)
    events = traced(Functions, :one, :two) do
      Functions.module_eval do
        module_function :one
        ruby2_keywords def two(*arguments) = three(*arguments)
      end
      assert_equal [:one, true], Functions.one
      refute_respond_to receiver, :one
      assert_equal [[1], { two: 2 }], receiver.two(1, two: 2)
    end
    assert_equal [:two], (events.map { |event| event.values.last.to_sym })
    assert_equal __FILE__, Functions.method(:one).source_location.first
  end

  # Silences warnings of a new definition, as Rails does; told of each name once.
  class Aliased
    ADDED = [] # rubocop:disable Style/MutableConstant
    def self.method_added(name) = ADDED.push(name) && super
    def one = 1
  end

  def test_second_names
    traced(Aliased, :one) do
      Aliased.class_eval do
        alias_method :one, :one
        alias_method :two, :one
        alias three one # rubocop:disable Style/Alias
      end
      assert_equal [1, 1, 1], [Aliased.new.one, Aliased.new.two, Aliased.new.three]
      assert_equal %i[one one two three], Aliased::ADDED
    end
    assert_equal __FILE__, Aliased.instance_method(:one).source_location.first
  end

  # Is asked for itself by `raise`.
  class Counting < StandardError
    attr_reader :asked

    def exception(*) = (@asked = asked.to_i + 1) && super
  end

  class Raising
    def fail(error) = raise(error)
    def leave = throw(:left, yield)
  end

  class Own < Helpers::Base
    arguments raised: true
    def after(_before, _result, error) = [!error.nil?]
  end

  def test_an_error_is_not_raised_anew
    provider = TestHelper.unique("harmless")
    helpers = %i[fail leave].product([Helpers::Latency, Own]).map do |name, kind|
      kind.new(Raising, name, provider:).enable
    end
    events = StaticTracing::Testing.record do
      error = Counting.new
      assert_same error, assert_raises(Counting) { Raising.new.fail(error) }
      assert_equal 1, error.asked
      assert_equal(2, catch(:left) { Raising.new.leave { 2 } })
    end
    assert_equal [true, true, false, false], (events.map { |event| event.values.last })
  ensure
    helpers&.each(&:disable)
  end

  # Ruby asks for to_ary without a call of respond_to? as long as that is its own.
  class Answering
    def method_missing(name, *) = name == :to_ary ? [1, 2] : super
  end

  def test_what_ruby_asks_for_itself_is_refused
    %i[respond_to? respond_to_missing?].each do |name|
      assert_raises(Helpers::InvalidMethodError) { Helpers::Calls.new(Answering, name) }
    end
    assert_raises(Helpers::InvalidMethodError) { Helpers::Calls.new(Raising, :method_missing) }
    traced(Answering, :method_missing) { assert_equal [1, 2], [Answering.new].flatten }
    klass = Class.new(Answering) { def respond_to_missing?(*) = false }
    traced(klass, :respond_to_missing?) do
      klass.remove_method(:respond_to_missing?)
      assert_equal [1, 2], [klass.new].flatten
    end
  end

  class Forwarding
    def first(one, ...) = rest(one, ...)
    def rest(*arguments, **options) = [arguments, options]
  end

  def test_a_second_name_has_the_visibility_that_it_is_given
    klass = Class.new { private def one = 1 }
    traced(klass, :one) do
      klass.class_eval do
        define_method(:open, instance_method(:one))
        alias_method :closed, :one
      end
      assert_equal [%i[open], %i[closed one]], [klass.public_instance_methods(false),
                                                klass.private_instance_methods(false).sort]
    end
  end

  # Once CRuby 3.1 gave the superclass the method of the second name.
  def test_a_second_name_in_a_subclass_is_its_own
    parent = Class.new do
      def one = 1
      def two(value) = value
    end
    klass = Class.new(parent)
    traced(klass, :one) do
      Helpers::Latency.new(klass, :one, provider: "harmless", probe: TestHelper.unique("one")).enable
      klass.class_eval { alias one two } # rubocop:disable Style/Alias
      assert_equal [1, 2], [parent.new.one, klass.new.one(2)]
    end
  end

  def test_a_second_name_in_a_subclass_that_is_the_first
    klass = Class.new(Forwarding)
    traced(Forwarding, :rest) do
      klass.class_eval { alias_method :rest, :rest }
      assert_equal [[1], { two: 2 }], klass.new.rest(1, two: 2)
    end
    assert_equal __FILE__, klass.instance_method(:rest).source_location.first
  end

  # Hash#each asks how many arguments the block takes.
  def test_a_method_with_required_and_forwarded_arguments_as_a_block
    traced(Forwarding, :first) do
      method = Forwarding.new.method(:first)
      assert_equal(-2, method.arity)
      assert_equal [[1, 2], { three: 3 }], method.call(1, 2, three: 3)
      assert_equal [[[%i[key value]], {}]], { key: :value }.map(&method)
    end
  end

  # Given a Hash that is marked, as a method with ruby2_keywords has it.
  class Marked
    def optional(one, options = {}, *rest) = [one, options, rest]
    def rest(*rest) = rest
  end

  def test_a_marked_hash_stays_the_same_hash
    traced(Marked, :optional, :rest) do
      [{}, { key: 1 }].map { |hash| Hash.ruby2_keywords_hash(hash) }.each do |marked|
        assert_same marked, Marked.new.optional(1, marked)[1]
        assert_same marked, Marked.new.rest(marked).first
      end
    end
  end

  class Frozen
    def one = 1
  end

  def test_another_helper_for_a_class_that_is_frozen_by_now
    traced(Frozen, :one) do
      Frozen.freeze
      assert_raises(Helpers::InvalidMethodError) { Helpers::Latency.new(Frozen, :one) }
    end
  end

  def in_signal_handler
    error = nil
    previous = trap("USR2") do
      yield
    rescue ThreadError => e
      error = e
    end
    Process.kill(:USR2, Process.pid)
    assert_nil error
  ensure
    trap("USR2", previous)
  end
end
