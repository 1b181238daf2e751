# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# What a program does with classes while they are traced, each in two of its kind: one that nobody traces and one
# that a tracer is attached to. Both must come to the same.
class Changes
  def self.find(id) = id

  def pay(amount) = amount

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
    end
  }.freeze

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
      change.call(klass).inspect
    rescue StandardError => e
      "#{e.class}: #{e.message[/[^\n]*/].gsub(klass.inspect, "klass")}"
    end
  end
end
