# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # The module that is prepended to a traced class, once for each kind of helper. It is empty while
    # nobody traces, and then costs nothing: where a method is called, Ruby remembers what it found.
    # @api private
    class Overlay < Module
      # Ruby warns when these are defined anew or removed, whoever's they are.
      WARNED_OF = %i[initialize object_id __id__ __send__].freeze
      private_constant :WARNED_OF

      class << self
        # @param target [Module]
        # @param kind [Class] of the helper
        # @param label [String] what the target is called
        # @return [Overlay]
        # @raise [InvalidMethodError] if the class is frozen
        def of(target, kind, label)
          StaticTracing.synchronize do
            Guard.known(target)&.overlays&.fetch(kind, nil) || make(target, kind, label)
          end
        end

        private

        def make(target, kind, label)
          if Reflect.ask(target, :frozen?)
            raise InvalidMethodError, "#{label} is frozen: trace it before it is, nothing can be put into its " \
                                      "methods now"
          end
          guard = Guard.of(target)
          guard.overlays[kind] = new(guard, "#<#{kind} of #{label}>").tap do |overlay|
            Reflect.ask(target, :prepend, overlay)
          end
        end
      end

      # @return [Guard] of the target
      attr_reader :guard

      # @param guard [Guard] which lives as long as the target does
      # @param label [String] what it is called
      def initialize(guard, label)
        super()
        @guard = guard
        @label = label
        @makers = {}
      end

      # @return [String]
      def inspect
        @label
      end
      alias to_s inspect

      # @param name [Symbol]
      # @return [Boolean] is the method to be wrapped?
      def wants?(name)
        @makers.key?(name)
      end

      # @param name [Symbol]
      # @return [Boolean] is it?
      def wraps?(name)
        !Reflect.visibility(self, name).nil?
      end

      # @return [Boolean] are there any methods to be wrapped?
      def used?
        @makers.any?
      end

      # Puts a wrapper in, for as long as there is such a method.
      # @param name [Symbol]
      # @yieldparam [UnboundMethod] the method as it is now
      # @yieldreturn [UnboundMethod] the wrapper for it
      # @return [void]
      def put_in(name, &maker)
        take_out(name)
        @makers[name] = maker
        @guard.follow
        @guard.renew(name)
      end

      # @param name [Symbol]
      # @return [void]
      def take_out(name)
        return unless @makers.delete(name)

        unwrap(name)
        @guard.follow
      end

      # @param name [Symbol]
      # @param visibility [Symbol] the method's own
      # @param original [UnboundMethod]
      # @return [void]
      def wrap(name, visibility, original)
        wrapper = @makers.fetch(name).call(original)
        without_warnings_of(name) { define_method(name, wrapper) }
        send(visibility, name) unless visibility == :public
      end

      # @param name [Symbol]
      # @return [void]
      def unwrap(name)
        without_warnings_of(name) { remove_method(name) } if wraps?(name)
      end

      private

      def without_warnings_of(name)
        return yield unless WARNED_OF.include?(name)

        verbose = $VERBOSE
        begin
          $VERBOSE = nil
          yield
        ensure
          $VERBOSE = verbose
        end
      end
    end
  end
end
