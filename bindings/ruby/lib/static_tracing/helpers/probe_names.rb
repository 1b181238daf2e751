# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Finds the name of a helper's probe.
    # @api private
    module ProbeNames
      ENDINGS = { "!" => "_bang", "?" => "_p", "=" => "_set" }.freeze
      OPERATORS = {
        :[] => "aref", :[]= => "aset", :+ => "plus", :- => "minus", :* => "times", :/ => "div", :% => "mod",
        :** => "pow", :== => "eq", :=== => "eqq", :!= => "neq", :< => "lt", :<= => "le", :> => "gt", :>= => "ge",
        :<=> => "cmp", :<< => "lshift", :>> => "rshift", :! => "not", :~ => "tilde", :& => "and", :| => "or",
        :^ => "xor", :=~ => "match", :!~ => "nmatch", :+@ => "uplus", :-@ => "uminus", :` => "backtick"
      }.transform_values { |name| "op_#{name}" }.freeze

      @users = {} # tracepoint => identity of the helper whose it is

      class << self
        # @param helper [Base]
        # @param provider [String, Symbol, nil]
        # @param probe [String, Symbol, nil]
        # @return [Tracepoint]
        def tracepoint(helper, provider, probe)
          provider = Provider.register(provider || named_owner(helper.target))
          types = { overhead_ns: Integer, method: String, **helper.class.arguments }
          StaticTracing.synchronize do
            name = probe&.to_s || free_name(helper, provider)
            provider.add_tracepoint(name, **types).tap { |tracepoint| @users[tracepoint] = helper.identity }
          end
        end

        # @param method [Symbol]
        # @return [String]
        def legal(method)
          return OPERATORS[method] if OPERATORS.key?(method)

          name = method.name.sub(/[!?=]\z/, ENDINGS).gsub(/[^A-Za-z0-9_]/) { |other| format("_x%X", other.ord) }
          name = "_#{name}" if name.match?(/\A\d/)
          name[0, Names::LONGEST - 20]
        end

        private

        # The class that a singleton class belongs to.
        def named_owner(target)
          return target unless Reflect.ask(target, :singleton_class?)

          ObjectSpace.each_object(target).find { |object| Reflect.ask(object, :singleton_class).equal?(target) }
                     .then { |object| Module === object ? object : object.class }
        end

        # The first helper of a method has its name; another one's has the helper's kind as well.
        def free_name(helper, provider)
          plain = legal(helper.method_name)
          candidates = [plain, "#{plain}_#{helper.suffix}", *(2..1000).map { |n| "#{plain}_#{helper.suffix}_#{n}" }]
          candidates.find do |name|
            tracepoint = provider.tracepoints[name]
            tracepoint.nil? || @users[tracepoint] == helper.identity
          end
        end
      end
    end
  end
end
