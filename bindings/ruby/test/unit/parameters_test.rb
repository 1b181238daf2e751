# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "../test_helper"

# Every kind of parameters is called in every way, with a wrapper and without: all comes to the same.
class ParametersTest < Minitest::Test
  Helpers = StaticTracing::Helpers

  SPELLED = {
    none: "()", one: "(a)", two: "(a, b)", optional: "(a, b = [:b, a])", optionals: "(a = 1, b = a, c = b)",
    rest: "(*a)", rest_between: "(a, *b, c)", rest_before: "(*a, b)", optional_between: "(a, b = 2, c)",
    all_positional: "(a, b = a, *c, d)", required: "(a, b:)", keyword: "(a, b: a)", keywords: "(a: 1, b: a)",
    options: "(a, b = {})", keyrest: "(**a)", rest_keyrest: "(*a, **b)", all: "(a, b = 2, *c, d, e:, f: e, **g, &h)",
    no_keywords: "(a, **nil)", rest_no_keywords: "(*a, **nil)", block: "(a, &b)", odd_names: "(if_a, b_1)"
  }.freeze

  # Each of these methods tells what it was given, and whether a Hash of it is marked as keywords.
  class Parameters
    SPELLED.each do |name, list|
      values = list.scan(/[a-z]\w*/).uniq - ["nil"]
      values.map! { |value| "[#{value}, (Hash.ruby2_keywords_hash?(#{value}) if Hash === #{value})]" }
      # rubocop:disable Style/DocumentDynamicEvalDefinition
      class_eval("def #{name}#{list} = [#{[*values, "(yield if block_given?)"].join(", ")}]", __FILE__, __LINE__)
      # rubocop:enable Style/DocumentDynamicEvalDefinition
    end

    def nameless(*, **, &) = rest_keyrest(1)
    def nameless_rest(*, one) = one
    def forwarded(...) = rest_keyrest(...)
    def forwarded_after_one(one, ...) = rest_keyrest(one, ...)
    def to_rest_keyrest(*list) = rest_keyrest(*list)
    def destructured(one, (two, three)) = [one, two, three]
    def same_name_twice(_, _) = _ # rubocop:disable Lint/UnderscorePrefixedVariableName
    def reserved(class:, if: 1) = [binding.local_variable_get(:class), binding.local_variable_get(:if)]
    ruby2_keywords def marked(*list) = rest_keyrest(*list)
    ruby2_keywords def marked_after_one(one, *list) = rest_keyrest(one, *list)
    define_method(:numbered) { _1 }
    define_method(:a_lambda, &->(one, two = one, *three) { [one, two, three] })
    define_method("two words") { |one, two = 2, *three, key: 1| [one, two, three, key] }
  end

  HASH = { k: 2 }.freeze
  CALLS = [
    [[], {}], [[1], {}], [[1, 2], {}], [[1, 2, 3], {}], [[1, 2, 3, 4, 5], {}], [[HASH], {}], [[1, HASH], {}],
    [[[1, 2]], {}], [[], HASH], [[1], HASH], [[1, 2, 3], HASH], [[1], { b: 2 }], [[1, 2, 3], { e: 4 }],
    [[1, 2, 3], { e: 4, f: 5, g: 6 }],
    [[1], { "string" => 1 }], [[], { class: 1 }], [[], { class: 1, if: 2 }], [[1, [2, 3]], {}],
    [[1, Hash.ruby2_keywords_hash({ k: 2 })], {}], [[Hash.ruby2_keywords_hash({ b: 2 })], {}], [[nil], {}]
  ].freeze

  BLOCKS = [nil, -> { :block }].freeze

  class OwnHelper < Helpers::Base
    def before(_receiver, *, **) = nil
  end

  # What each call of a method comes to.
  def outcomes(name)
    CALLS.product(BLOCKS).map do |(arguments, keywords), block|
      next Parameters.new.send(name, *arguments, &block) if keywords.empty?

      Parameters.new.send(name, *arguments, **keywords, &block)
    rescue ArgumentError => e
      e.message
    end
  end

  # Untraced and traced.
  def both_of(owner, name)
    untraced = yield
    provider = TestHelper.unique("parameters")
    helpers = [Helpers::Latency, Helpers::Arguments, OwnHelper].map { |kind| kind.new(owner, name, provider:).enable }
    traced = nil
    StaticTracing::Testing.record { traced = yield }
    [untraced, traced]
  ensure
    helpers&.each(&:disable)
  end

  def test_calls
    Parameters.public_instance_methods(false).each do |name|
      untraced, traced = both_of(Parameters, name) { outcomes(name) }
      CALLS.product(BLOCKS).zip(untraced, traced) do |call, before, now|
        assert before == now, "#{name} #{call}: #{before} untraced, #{now} traced"
      end
    end
  end

  class Inheriting < Parameters; end

  def test_calls_of_what_is_inherited
    Parameters.public_instance_methods(false).each do |name|
      untraced, traced = both_of(Inheriting, name) { outcomes(name) }
      assert_equal untraced, traced, name
    end
  end

  def test_methods_of_c
    both = both_of(String, :encode) { "\xE9".b.encode("UTF-8", "BINARY", undef: :replace, replace: "?") }
    assert_equal %w[? ?], both
    both = both_of(Kernel, :Integer) { [Integer("0x1A", 16), Integer("a", exception: false)] }
    assert_equal [[26, nil]] * 2, both
  end

  # Those whose parameters cannot be written, or that no wrapper can know.
  OTHERS = %i[nameless forwarded_after_one marked marked_after_one reserved numbered].push(:"two words").freeze

  def test_reflection
    (Parameters.public_instance_methods(false) - OTHERS).each do |name|
      untraced, traced = both_of(Parameters, name) do
        method = Parameters.instance_method(name)
        [method.arity, method.parameters.map { |kind, word| [kind, (word if word&.match?(/[a-z]/))] }]
      end
      traced.last.each_with_index { |(_, word), i| untraced.last[i][1] ||= word if word&.start_with?("usdt_") }
      assert_equal untraced, traced, name
    end
  end
end
