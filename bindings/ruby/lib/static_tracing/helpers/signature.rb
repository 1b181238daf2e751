# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # What a wrapper takes and hands on to the original: the same parameters, by the same names, where
    # that can be written in Ruby; so `arity` and `parameters` are as without the wrapper, and Ruby
    # itself makes a Hash of keywords, marks it (ruby2_keywords) or not, and refuses what is too much,
    # as it does for the original.
    # @api private
    class Signature
      # Of a parameter, but for _1 and those that the wrapper has itself.
      NAME = /\A(?!usdt_|_[1-9]\z)[[:alpha:]_&&[^[:upper:]]][[:alnum:]_]*\z/
      RESERVED = %i[alias and begin break case class def do else elsif end ensure false for if in module next nil not
                    or redo rescue retry return self super then true undef unless until when while yield].freeze
      # "..." and, from Ruby 3.2 on, (*, **, &) too.
      FORWARDED = [%i[rest *], %i[keyrest **], %i[block &]].freeze

      # @return [String] Ruby source of what stands behind `def name`
      attr_reader :parameters

      # @return [String] Ruby source that hands all of it on, but for the block
      attr_reader :arguments

      # @return [Array<Array<String>>] names of the parameters before and behind what is optional
      attr_reader :names

      # @param original [UnboundMethod]
      # @param is_own [Boolean] is it the traced class's own? Hooks tell if such a one changes; others
      #   may come to take anything.
      def initialize(original, is_own)
        @original = original
        @list = original.parameters
        if is_own && forwarding?
          @parameters = @arguments = [*named.first(@list.size - FORWARDED.size).map(&:last), "..."].join(", ")
        elsif is_own && known?
          mirror
        else
          @parameters = @arguments = "*usdt_args, **usdt_options"
        end
        @names = find_names
      end

      private

      def forwarding?
        @list.last(FORWARDED.size) == FORWARDED && @list[...-FORWARDED.size].all? { |kind, _| kind == :req }
      end

      # The list, each with a name that the wrapper can have.
      def named
        taken = []
        @list.map.with_index do |(kind, name), i|
          taken << (name = spelled?(name) && !taken.include?(name) ? name : :"usdt_#{i}")
          [kind, name]
        end
      end

      # Not known is what C takes, which sees if it is given a Hash or keywords; and a `*` with a `**`
      # that has no name is what Ruby shows of ruby2_keywords.
      def known?
        kinds = @list.map(&:first)
        return false if kinds.include?(:rest) && (@original.source_location.nil? || @list.include?(%i[keyrest **]))

        @list.all? { |kind, name| !%i[key keyreq].include?(kind) || spelled?(name) }
      end

      def spelled?(name)
        NAME.match?(name.to_s) && !RESERVED.include?(name)
      end

      # The constant Usdt stands for what was not given: the original has defaults of its own. Where the
      # call has keywords, if none, Ruby does not take a Hash that is marked (ruby2_keywords) for such.
      def mirror
        named = self.named
        @parameters = named.map { |kind, name| parameter(kind, name) }.join(", ")
        @arguments = hand_on(named.group_by(&:first).transform_values { |list| list.map(&:last) }, named).join(", ")
      end

      def parameter(kind, name)
        { req: name, opt: "#{name} = Usdt", rest: "*#{name}", keyreq: "#{name}:", key: "#{name}: Usdt",
          keyrest: "**#{name}", nokey: "**nil", block: "&#{name}" }.fetch(kind)
      end

      def hand_on(by_kind, named)
        keywords = ("**None" if (by_kind.keys & %i[opt rest]).any? && (by_kind.keys & %i[key keyreq keyrest]).none?)
        handed = named.filter_map do |kind, name|
          case kind
          when :req then name
          when :opt then "*(#{given(by_kind[:opt])})" if name == by_kind[:opt].first
          when :rest then "*#{name}"
          when :keyreq then "#{name}: #{name}"
          when :key then "**(Usdt.equal?(#{name}) ? {} : { #{name}: #{name} })"
          when :keyrest then "**#{name}"
          end
        end
        [*handed, *keywords]
      end

      # Of optional arguments the first ones may have been given.
      def given(names)
        names.each_index.map { |i| "Usdt.equal?(#{names[i]}) ? [#{names.first(i).join(", ")}] : " }.join +
          "[#{names.join(", ")}]"
      end

      def find_names
        positional = @list.select { |kind, _| %i[req opt rest].include?(kind) }
        last = positional.rindex { |kind, _| kind != :req } || positional.size
        [positional.first(last + 1), positional.drop(last + 1)].map do |list|
          list.filter_map { |kind, name| name.to_s unless kind == :rest }
        end
      end
    end
  end
end
