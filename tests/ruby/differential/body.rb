# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # What a method does, made at random: it notes what it was given, then some of {STATEMENTS}, then one of
  # {RESULTS}. `{call}` and the like are the dice's, `{all}` what hands everything on, `{other}` another method.
  class Body
    STATEMENTS = [
      "note \"yielded\", yield if block_given?",
      "note \"yielded\", yield(1, {k: 2}) if block_given?",
      "note \"yielded\", yield([1, [2, 3]]) if block_given?",
      "note \"yielded\", yield(1, k: 2) if block_given?",
      "note \"super\", super if defined?(super)",
      "note \"super\", super() if defined?(super)",
      "note \"super\", super({arguments}) if defined?(super)",
      "note \"super\", super({all}) if defined?(super)",
      "note \"other\", deeper { {other}{call} }",
      "note \"other\", deeper { {other}({all}) }",
      "note \"other\", deeper { self.{other}({arguments}) }",
      "note \"sent\", deeper { send(:{other}, {all}) }",
      "note \"rescued\", (deeper { {other}{call} } rescue [$!.class, $!.message])",
      "flip",
      "note __method__, __callee__",
      "raise ArgumentError, \"from {name}\" if count(:{name}) > 1",
      "begin; raise IOError, \"io\"; rescue IOError => e; note e.message, $!.equal?(e); end",
      "throw :out, {value} if count(:{name}) == 1",
      "return {value} if count(:{name}) == 2",
      "note \"loop\", loop { break {value} }",
      "note [1, 2].each { |x| break x }",
      "note \"proc\", proc { next 3 }.call",
      "note \"lambda\", lambda { return 4 }.call",
      "[1].each { return {value} } if count(:{name}) == 1",
      "note \"match\", (\"abc\" =~ /b(.)/), $~ && $~[1], $1",
      "note \"match before\", $~ && $~[0], $_",
      "note \"thread\", Thread.new { deeper { {other}{call} } }.value",
      "note \"fiber\", Fiber.new { |x| Fiber.yield(x); deeper { {other}{call} } }.then { |f| [f.resume(1), f.resume] }",
      "note \"own label\", caller_locations(0, 1).first.then { |l| [l.lineno, l.base_label] }",
      "note \"error now\", $!.class",
      "begin; return {value}; ensure; note \"ensured\", $!.class; end if count(:{name}) == 1",
      "tries = 0; begin; note \"try\", (tries += 1); {other}{call} if tries < 2; raise \"again\" if tries < 3; " \
      "rescue RuntimeError; retry if tries < 3; note \"tired\"; end",
      "note \"received\", binding.local_variables.sort, binding.receiver.equal?(self)",
      "define_singleton_method(:{other}) { |*x| note \"own {other}\", *x } unless frozen? || count(:{name}) > 1",
      "note \"can\", respond_to?(:{other}), respond_to?(:{other}, true)",
      "@kept = block_given? ? proc { yield 1 } : nil; note \"kept\", @kept&.call"
    ].freeze

    RESULTS = [
      "{value}",
      "nil",
      "self",
      "[{names}]",
      "yield({value}, {value}) if block_given?",
      "deeper { {other}({all}) }",
      "defined?(super) ? super : :none",
      "return 1, 2",
      "block_given?",
      "raise(KeyError, \"{name}\")",
      "to_enum(__method__, {value}) unless block_given?",
      "Proc.new { |x| [x, {names}] }",
      "lambda { {other}{call} }",
      "begin; {other}{call}; rescue NoMethodError, ArgumentError => e; raise TypeError, \"because\"; " \
      "ensure; note \"at last\"; end"
    ].freeze

    # @param dice [Dice]
    # @param name [Symbol] of the method
    # @param signature [Signature]
    # @param others [Array<Symbol>] methods that it may call
    def initialize(dice, name, signature, others)
      @dice = dice
      @name = name
      @signature = signature
      @others = others
    end

    # @param label [String] with which it notes that it runs
    # @param is_closure [Boolean] is it a block of define_method, which has no yield, and spells super out?
    # @return [Array<String>] lines
    def lines(label, is_closure: false)
      statements = @dice.some(usable(STATEMENTS, is_closure), @dice.pick([0, 1, 1, 2, 3]))
      first = ["note #{[label.dump, *@signature.variables].join(", ")}"]
      first << "note \"given\", block_given?" unless is_closure
      [*first, *statements, @dice.pick(usable(RESULTS, is_closure))].map { |line| fill(line) }
    end

    private

    def usable(list, is_closure)
      return list unless is_closure

      list.grep_v(/yield|block_given|super[ )]|super if|\breturn [^4]|__method__, __callee__|: super|super :/)
    end

    def fill(line)
      line = line.gsub(/\{(all|name|names|other)\}/) do
        case Regexp.last_match(1)
        when "all" then @signature.pass_on
        when "name" then @name.name
        when "names" then @signature.variables.join(", ")
        else @dice.pick(@others).name
        end
      end
      @dice.fill(line)
    end
  end
end
