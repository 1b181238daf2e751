# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # All that is left to chance: the same seed gives the same.
  class Dice
    VALUES = ["0", "1", "nil", ":sym", "\"text\"", "[1, 2]", "[]", "{k: 1}", "{\"s\" => 1}", "{}", "2.5", "$a", "$b",
              "A", "[[3, 4]]", "->(x) { x }", "Hash.ruby2_keywords_hash({k: 5})", "1..2"].freeze
    KEYWORDS = ["k: 1", "l: 2", "k: 1, l: 2", "**{}", "**{k: 3}", "\"s\" => 4", "**{\"s\" => 5, k: 6}", "other: 7",
                "*[{k: 8}]", "*[1, {k: 2}]", "*[Hash.ruby2_keywords_hash({k: 9})]",
                "*[1, Hash.ruby2_keywords_hash({l: 9})]", "*[Hash.ruby2_keywords_hash({})]",
                ("**nil" if RUBY_VERSION >= "3.4")].compact.freeze
    BLOCKS = ["", "", "", " { |*x| note \"block\", *x; x.size }", " { |x, y| [x, y] }", " { |x| x }", " { |x,| x }",
              " { |x, k: 9| [x, k] }", " { break 7 }", " { next 8 }", " { throw :out, 1 }", " { raise IOError, \"b\" }",
              " { flip; 3 }", " { |(x, y), z| [x, y, z] }", " { _1 }", " do |x| break x, 2 end",
              " { |*x, **o, &b| [x, o, b] }", " { redo_once; 4 }", " { return 5 }", " { |x| x.frob }"].freeze
    PASSED = ["&nil", "&:to_s", "&:frob", "&PROC", "&LAMBDA", "&$a.method(:m1)", "&PROC.method(:call)"].freeze

    # @param seed [Integer]
    def initialize(seed)
      @random = Random.new(seed)
    end

    def pick(list)
      list[@random.rand(list.size)]
    end

    def some(list, count)
      list.sample(count, random: @random)
    end

    def chance(probability)
      @random.rand < probability
    end

    def between(least, most)
      @random.rand(least..most)
    end

    def shuffle(list)
      list.shuffle(random: @random)
    end

    # The text with each {word} replaced by what the word's method of the dice gives.
    def fill(text)
      text.gsub(/\{(value|arguments|block|call|visibility)\}/) { send(Regexp.last_match(1)) }
    end

    # ---- Ruby source ----

    def value
      pick(VALUES)
    end

    def some_keywords
      chance(0.5) ? [pick(KEYWORDS)] : []
    end

    def arguments
      (Array.new(pick([0, 1, 1, 2, 3])) { value } + some_keywords).join(", ")
    end

    def block
      pick(BLOCKS)
    end

    # Arguments in brackets, with a block perhaps.
    def call(arguments = self.arguments)
      return "(#{[arguments, pick(PASSED)].reject(&:empty?).join(", ")})" if chance(0.15)

      "(#{arguments})#{block}"
    end

    def visibility
      pick(%w[private private public protected])
    end
  end
end
