# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # The parameters of a method, made at random, and arguments for them.
  class Signature
    # Anonymous ones can be handed on, also from a block, since 3.2.
    PASSES_ANONYMOUS = RUBY_VERSION >= "3.2"

    # @param dice [Dice]
    # @param limits [Array<Symbol>] :plain: no (...), for what must be spelled as a block's parameters
    def initialize(dice, *limits)
      @dice = dice
      @is_plain = limits.include?(:plain)
      @is_forwarding = !@is_plain && dice.chance(0.15)
      @required = Array.new(dice.pick([0, 1, 1, 2])) { |i| "a#{i}" }
      choose_others unless @is_forwarding
    end

    # @return [String] as `def` has it, with the brackets
    def to_s
      return "(#{[*@required, "..."].join(", ")})" if @is_forwarding

      parts = [*@required, *("(d0, *d1)" if @is_taking_apart), *@optional.map { |name| "#{name} = #{default(name)}" },
               *("*#{@rest}" if @rest), *@post,
               *@keywords.map { |name, is_required| is_required ? "#{name}:" : "#{name}: #{default(name)}" },
               *@keyrest, *("&#{@block}" if @block)]
      "(#{parts.join(", ")})"
    end

    # @return [Array<String>] the variables that a body can name
    def variables
      return @required if @is_forwarding

      [*@required, *(%w[d0 d1] if @is_taking_apart), *@optional, *named(@rest), *@post, *@keywords.keys,
       *named(@keyrest&.delete_prefix("**")), *named(@block)]
    end

    # @return [String] what hands everything on
    def pass_on
      return [*@required, "..."].join(", ") if @is_forwarding

      [*@required, *("[d0, *d1]" if @is_taking_apart), *@optional, *passed("*", @rest), *@post,
       *@keywords.keys.map { |name| "#{name}: #{name}" }, *passed("**", @keyrest&.delete_prefix("**")),
       *passed("&", @block)].join(", ")
    end

    # @return [String] arguments that mostly fit
    def arguments
      return @dice.arguments if @dice.chance(0.2)

      least = @required.size + (@is_taking_apart ? 1 : 0) + @post.to_a.size
      most = least + @optional.to_a.size + (@rest || @is_forwarding ? 2 : 0)
      positional = Array.new(@dice.between(least, most)) { @dice.value }
      (positional + keyword_arguments).join(", ")
    end

    private

    def choose_others
      @is_taking_apart = @dice.chance(0.07)
      @optional = Array.new(@dice.pick([0, 0, 0, 1, 2])) { |i| "o#{i}" }
      anonymous = ->(name) { @is_plain ? name : "" }
      @rest = @dice.pick([nil, nil, nil, anonymous["some"], "rest"])
      @post = Array.new(@rest || @optional.any? ? @dice.pick([0, 0, 1]) : 0) { |i| "z#{i}" }
      @keywords = @dice.some(%w[k l], @dice.pick([0, 0, 0, 1, 2])).to_h { |name| [name, @dice.chance(0.3)] }
      @keyrest = @dice.pick([nil, nil, nil, "**#{anonymous["any"]}", "**options", ("**nil" if @keywords.empty?)])
      @block = @dice.pick([nil, nil, nil, anonymous["given"], "block"])
    end

    def default(name)
      earlier = @required.first
      @dice.pick(["1", "nil", "[]", "note(\"default #{name}\")", earlier ? "[#{earlier}]" : ":none", "{k: 0}"])
    end

    def keyword_arguments
      return @dice.some_keywords if @is_forwarding || (@keyrest && @keyrest != "**nil")

      wanted = @keywords.select { |_, is_required| is_required || @dice.chance(0.5) }
      wanted.keys.map { |name| "#{name}: #{@dice.value}" }
    end

    def named(name)
      name.nil? || name.empty? || name == "nil" ? [] : [name]
    end

    def passed(mark, name)
      return [] if name.nil? || name == "nil" || (name.empty? && !PASSES_ANONYMOUS)

      ["#{mark}#{name}"]
    end
  end
end
