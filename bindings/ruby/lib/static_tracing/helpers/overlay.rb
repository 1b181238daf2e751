# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # The module that is prepended to a traced class, once for each kind of helper. It is empty while
    # nobody traces, and then costs nothing: where a method is called, Ruby remembers what it found.
    # @api private
    class Overlay < Module
      @all = ObjectSpace::WeakMap.new

      class << self
        # @param target [Module]
        # @param kind [Class] of the helper
        # @return [Overlay]
        # @raise [InvalidMethodError] if the class is frozen
        def of(target, kind)
          StaticTracing.synchronize do
            overlays = @all[target] ||= {}
            overlays[kind] ||= make(target, kind, overlays)
          end
        end

        private

        def make(target, kind, siblings)
          if target.frozen?
            raise InvalidMethodError, "#{target.inspect} is frozen: trace it before it is, nothing can be put " \
                                      "into its methods now"
          end
          new(target, kind, siblings).tap(&:prepend_to_target)
        end
      end

      # @param target [Module]
      # @param kind [Class]
      # @param siblings [Hash{Class => Overlay}] of the target, which lives as long as they do
      def initialize(target, kind, siblings)
        super()
        @siblings = siblings
        @label = "#<#{kind} of #{target.inspect}>"
        @target = target
        @wrapped = {}
        # Ruby calls method_added on the class, and singleton_method_added on the object.
        @hook, @hooks = target.singleton_class? ? [:singleton_method_added, self] : [:method_added, Module.new]
      end

      # Both modules, as a class may be frozen when they are needed.
      # @return [void]
      def prepend_to_target
        @target.prepend(self)
        @target.singleton_class.prepend(@hooks) unless @hooks.equal?(self)
      end

      # @return [String]
      def inspect
        @label
      end
      alias to_s inspect

      # @param name [Symbol]
      # @return [UnboundMethod, nil] its wrapper
      def [](name)
        @wrapped[name]
      end

      # @param name [Symbol]
      # @param wrapper [UnboundMethod]
      # @return [void]
      def put_in(name, wrapper)
        take_out(name)
        visibility = Helpers.visibility(@target, name)
        guard_against_aliases if @wrapped.empty?
        @wrapped[name] = wrapper
        define_method(name, wrapper)
        send(visibility, name) unless visibility == :public
      end

      # @param name [Symbol]
      # @return [void]
      def take_out(name)
        return unless @wrapped.delete(name)

        remove_method(name)
        @hooks.send(:remove_method, @hook) if @wrapped.empty?
      end

      # Somebody has given a wrapper a second name, most likely to put his own method in the place of
      # the first, which calls the second: without end. The second name is for the original.
      # @param added [Symbol]
      # @return [void]
      def method_was_added(added)
        StaticTracing.synchronize do
          method = @target.instance_method(added)
          return if method.source_location&.first != Wrapper::FILE || @wrapped.key?(added)

          name = method.original_name
          overlays = @siblings.values.to_h { |overlay| [overlay, overlay[name]] }.compact
          overlays.each_key { |overlay| overlay.take_out(name) }
          @target.alias_method(added, name)
          overlays.each { |overlay, wrapper| overlay.put_in(name, wrapper) }
        end
      end

      private

      def guard_against_aliases
        overlay = self
        @hooks.define_method(@hook) do |added|
          super(added)
          overlay.method_was_added(added)
        end
        @hooks.send(:private, @hook)
      end
    end
  end
end
