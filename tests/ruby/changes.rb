# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# What a program does with classes while they are traced, each in two of its kind: one that nobody traces and one
# that a tracer is attached to. Both must come to the same.
class Changes
  def self.find(id) = id

  def pay(amount) = amount

  def call_pay(amount) = pay(amount)

  # What comes of calls from without and within.
  ASK = lambda do |klass|
    calls = [-> { klass.new.pay(1) }, -> { klass.new.pay(1, 2) }, -> { klass.new.call_pay(1) }, -> { klass.find(1) }]
    calls.map do |call|
      call.call
    rescue StandardError => e
      [e.class, e.message[/[^\n]*?(?= for )|.*/]]
    end + [klass.new.respond_to?(:pay), klass.method_defined?(:pay), klass.respond_to?(:find)]
  end

  # By their names, blocks that are given the class.
  ALL = {
    subclass: lambda do |klass|
      Class.new(klass) { def more(amount) = pay(amount) + 1 }.new.more(1)
    end,
    subclass_of_its_own: lambda do |klass|
      Class.new(klass) { def pay(amount) = super + 1 }.new.pay(1)
    end,
    singleton_of_a_subclass: lambda do |klass|
      Class.new(klass) { def self.find_more(id) = find(id) + 1 }.find_more(1)
    end,
    alias_in_a_subclass: lambda do |klass|
      other = Class.new(klass) do
        alias_method :old_pay, :pay
        def pay(amount) = old_pay(amount) + 1
      end
      [other.new.pay(1), other.instance_method(:old_pay).source_location]
    end,
    another_arity: lambda do |klass|
      klass.class_eval { def pay(amount, more) = amount + more }
      klass.define_singleton_method(:find) { |id, more: 1| id + more }
      ASK[klass]
    end,
    keywords_handed_on: lambda do |klass|
      klass.class_eval do
        def pay(*all) = inner(*all)
        def inner(*all, **options) = [all, options]
      end
      klass.define_singleton_method(:find) { |*all, last| new.inner(*all, *[last]) }
      [klass.new.pay(1, k: 2), klass.find(1, k: 2)]
    end,
    remove_method: lambda do |klass|
      klass.remove_method(:pay)
      klass.singleton_class.remove_method(:find)
      ASK[klass]
    end,
    undef_method: lambda do |klass|
      klass.undef_method(:pay)
      klass.singleton_class.undef_method(:find)
      ASK[klass]
    end,
    undef_and_def: lambda do |klass|
      klass.class_eval { undef pay }
      gone = ASK[klass]
      klass.class_eval { def pay(amount, more) = amount + more }
      gone + ASK[klass]
    end,
    private: lambda do |klass|
      returned = klass.class_eval { [private(:pay), private, private_class_method(:find)] }
      hidden = ASK[klass]
      klass.class_eval do
        public "pay"
        public_class_method :find
      end
      returned + hidden + ASK[klass]
    end,
    protected: lambda do |klass|
      klass.class_eval { protected :call_pay, :pay }
      klass.singleton_class.class_eval { protected :find }
      ASK[klass]
    end,
    private_in_another_spelling: lambda do |klass|
      klass.send(:private, [:pay])
      class << klass
        private :find
      end
      ASK[klass]
    end,
    private_def: lambda do |klass|
      klass.class_eval { private def pay(amount, more) = amount + more }
      class << klass
        private

        def find = 1
      end
      ASK[klass]
    end,
    private_that_is_not_there: lambda do |klass|
      klass.class_eval { private :absent }
    end,
    private_for_the_rest_of_a_class: lambda do |klass|
      KLASS << klass
      class_of_a_file = <<~RUBY
        class Changes::KLASS.last::Inner < Changes::KLASS.last
          def first() = 1
          private
          def second() = 2
          attr_reader :third
          public
          def fourth() = 4
          protected
          def pay(amount) = super
        end
      RUBY
      eval(class_of_a_file)
      klass.class_eval do
        private

        def pay(amount) = amount + 1
      end
      inner = klass::Inner
      inner.send(:class_eval) { private }
      inner.class_eval { def fifth = 5 }
      %i[public protected private].map { |kind| inner.send(:"#{kind}_instance_methods", false).sort } + ASK[klass]
    end
  }.freeze

  KLASS = [] # rubocop:disable Style/MutableConstant

  # name => [the class that nobody traces, the one that is traced]
  CLASSES = ALL.to_h do |name, _|
    plain, traced = Array.new(2) { Class.new(Changes) }.each do |klass|
      klass.define_singleton_method(:find) { |id| id }
      klass.class_eval { def pay(amount) = amount }
    end
    { pay: false, find: true }.each do |method, singleton|
      probe = "#{name}_#{method}"
      StaticTracing::Helpers::Latency.new(traced, method, provider: "changes", probe:, singleton:).enable
    end
    [name, [plain, traced]]
  end

  class << self
    def traced?
      CLASSES.each_value.all? do |_, traced|
        [traced.instance_method(:pay), traced.method(:find)].all? { |method| method.owner.inspect.include?("Latency") }
      end
    end

    # Those that come to something else while they are traced.
    def differences
      ALL.filter_map do |name, change|
        plain, traced = CLASSES[name].map { |klass| outcome(klass, change) }
        "#{name}: #{plain} untraced, #{traced} traced" if plain != traced
      end.join("; ")
    end

    private

    def outcome(klass, change)
      change.call(klass).inspect.gsub(klass.inspect, "klass")
    rescue StandardError => e
      "#{e.class}: #{e.message[/[^\n]*/].gsub(klass.inspect, "klass")}"
    end
  end
end
