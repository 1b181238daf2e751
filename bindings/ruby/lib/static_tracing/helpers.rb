# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing # rubocop:disable Style/Documentation
  # Probes for methods. `extend` a class with it for the macros:
  #
  #   class Checkout
  #     extend StaticTracing::Helpers
  #     def pay(order) = ...
  #     trace_latency :pay
  #   end
  #
  # makes the probe `checkout:pay`. While nobody traces it, the method is as it was: nothing is in its
  # way. When a tracer attaches a wrapper goes in, and when the last one has left it goes out.
  #
  # The first argument of each probe is `overhead_ns`: what the wrapper itself cost, without the
  # method; of the part after the fire that of the last hit. The second is `method`, the method's name.
  module Helpers
    # The method is not there, or cannot be traced.
    class InvalidMethodError < Error; end

    @helpers = {}

    # Fires after each call of the methods, with `duration_ns` and `raised`.
    # @param methods [Array<Symbol>] none: all public methods that the class has so far
    # @param options [Hash] `provider:`, `probe:`, `singleton:`, see {Base#initialize}
    # @return [Symbol, Array<Symbol>] the methods, so that it can stand before a `def`
    def trace_latency(*methods, **options)
      Helpers.trace(self, Latency, methods, options)
    end

    # Fires before each call of the methods, with the caller's `stack`.
    # @param (see #trace_latency)
    # @return (see #trace_latency)
    def trace_stack(*methods, **options)
      Helpers.trace(self, Stack, methods, options)
    end

    # Fires before each call of the methods, with their `arguments`.
    # @param (see #trace_latency)
    # @return (see #trace_latency)
    def trace_arguments(*methods, **options)
      Helpers.trace(self, Arguments, methods, options)
    end

    # Fires before each call of the methods.
    # @param (see #trace_latency)
    # @return (see #trace_latency)
    def trace_calls(*methods, **options)
      Helpers.trace(self, Calls, methods, options)
    end

    class << self
      # @api private
      # @return [Symbol, Array<Symbol>]
      def trace(owner, helper, methods, options)
        target = options[:singleton] ? Reflect.ask(owner, :singleton_class) : owner
        names = methods.empty? ? Reflect.ask(target, :public_instance_methods, false) : methods.flatten
        Provider.load_together { names.each { |name| helper.new(owner, name, **options).enable } }
        methods.size == 1 ? methods.first : names
      end

      # @api private
      # @return [Base, nil] the same one, made before for the same class
      def known(helper)
        before = @helpers[key(helper)]
        before if before && before.target.equal?(helper.target)
      end

      # One of a class that was loaded again takes the place of the old class's.
      # @api private
      # @return [void]
      def remember(helper)
        @helpers[key(helper)]&.disable
        @helpers[key(helper)] = helper
      end

      private

      def key(helper)
        [helper.tracepoint, helper.identity]
      end
    end
  end

  class << self
    # Tells how long a block takes, as {Helpers::Latency} does of a method. The probe is made by the
    # first call.
    # @example
    #   StaticTracing.measure("shop", "checkout") { cart.check_out }
    # @param provider [String, Symbol, Module]
    # @param probe [String, Symbol] also the argument `method`
    # @yield
    # @return [Object] what the block returns
    def measure(provider, probe, &)
      Helpers::Measure.call(provider, probe, &)
    end
  end
end

require_relative "helpers/signature"
require_relative "helpers/reflect"
require_relative "helpers/wrapper"
require_relative "helpers/overlay"
require_relative "helpers/guard"
require_relative "helpers/refusals"
require_relative "helpers/probe_names"
require_relative "helpers/base"
require_relative "helpers/show"
require_relative "helpers/builtin"
require_relative "helpers/measure"
