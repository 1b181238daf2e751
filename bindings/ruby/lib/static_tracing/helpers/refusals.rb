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
      # Ruby itself acts another way once these are not its own any more.
      ASKED = %i[method_missing respond_to? respond_to_missing?].freeze

      class << self
        # @param target [Module]
        # @param method [Symbol]
        # @param label [String] what the target is called
        # @raise [InvalidMethodError]
        # @return [void]
        def check(target, method, label)
          reason = find(target, method, label)
          raise InvalidMethodError, "#{label}##{method} cannot be traced: #{reason}" if reason
        end

        # @param method [UnboundMethod]
        # @return [Boolean] is it one of {ASKED}, and Ruby's own?
        def asked?(method)
          ASKED.include?(method.name) && CORE.include?(method.owner)
        end

        private

        def find(target, method, label)
          return "#{label} is no class or module (or give singleton: true)" unless Module === target
          return "there is no such method yet: name it after its definition" unless Reflect.visibility(target, method)
          if label.match?(/\AStaticTracing(\z|::)/) || Process.singleton_class.equal?(target)
            return "it is tracing's own"
          end
          return "#{label} has it from Ruby, which would be slower for ever" if
            CORE.include?(target) && OPTIMIZED.include?(method)

          method = Reflect.ask(target, :instance_method, method)
          return "Ruby acts another way where it is not its own" if asked?(method)

          "it looks at its caller's frame" if FRAMES.include?(method.name) && CORE.include?(method.owner)
        end
      end
    end
  end
end
