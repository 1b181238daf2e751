# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # What cannot be traced, and why.
    # @api private
    module Refusals
      # Ruby runs these without a call as long as nobody ever redefined them (redefinition_check in
      # its vm.c); a wrapper that was in once would leave them slow for the rest of the process.
      CORE = [Array, FalseClass, Float, Hash, Integer, NilClass, Proc, Regexp, String, Struct, Symbol, Time,
              TrueClass, BasicObject, Object, Kernel, Comparable].freeze
      OPTIMIZED = %i[+ - * / % == === != < <= > >= << >> [] []= ! & | ^ ~ ** <=> =~ -@ +@ length size empty? nil? succ
                     freeze max min call include? hash pack].freeze
      # These look at the frame of their caller, which would be the wrapper's.
      FRAMES = %i[binding block_given? caller caller_locations eval instance_eval instance_exec lambda
                  local_variables proc __callee__ __dir__ __method__].freeze

      class << self
        # @param target [Module]
        # @param method [Symbol]
        # @raise [InvalidMethodError]
        # @return [void]
        def check(target, method)
          reason = find(target, method)
          raise InvalidMethodError, "#{target.inspect}##{method} cannot be traced: #{reason}" if reason
        end

        private

        def find(target, method)
          return "#{target.inspect} is no class or module (or give singleton: true)" unless target.is_a?(Module)
          return "there is no such method yet: name it after its definition" unless Helpers.visibility(target, method)
          if target.name.to_s.match?(/\AStaticTracing(\z|::)/) || target == Process.singleton_class
            return "it is tracing's own"
          end
          return "#{target} has it from Ruby, which would be slower for ever" if
            CORE.include?(target) && OPTIMIZED.include?(method)

          owner = target.instance_method(method).owner
          "it looks at its caller's frame" if FRAMES.include?(method) && CORE.include?(owner)
        end
      end
    end
  end
end
