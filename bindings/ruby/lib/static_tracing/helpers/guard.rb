# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Learns of what the program does to the methods of a traced class while wrappers are in their way,
    # so that it takes effect at once, as if there were none: `def`, `alias`, `undef`, `private` and the
    # like. It is prepended to the class of the class, and empty while there are no wrappers.
    #
    # Subclasses inherit it. What they do is theirs, but for a second name that they give to a wrapper.
    # @api private
    class Guard < Module
      HOOKS = %i[added removed undefined].freeze
      # Methods of classes that change others, for which Ruby has no hooks.
      VISIBILITIES = %i[public protected private module_function].freeze
      CHANGES = [*VISIBILITIES, :ruby2_keywords, :alias_method].freeze
      CLASS_VISIBILITIES = %i[public_class_method private_class_method].freeze
      private_constant :HOOKS, :VISIBILITIES, :CHANGES, :CLASS_VISIBILITIES

      @all = ObjectSpace::WeakMap.new

      class << self
        # @param target [Module]
        # @return [Guard, nil]
        def known(target)
          @all[target]
        end

        # @param target [Module] not frozen
        # @return [Guard]
        def of(target)
          @all[target] ||= new(target)
        end

        # The block gives a method its name once more, which the program has been told of.
        # @yield
        def rename
          @renaming = Thread.current
          yield
        ensure
          @renaming = nil
        end

        # @return [Boolean] is that what this thread does?
        def renaming?
          Thread.current.equal?(@renaming)
        end
      end

      # @return [Module]
      attr_reader :target

      # @return [Hash{Class => Overlay}] by the kind of helper
      attr_reader :overlays

      # All that it will need is there from now on, as the class may be frozen later.
      # @param target [Module]
      def initialize(target)
        super()
        @target = target
        @overlays = {}
        @is_on = false
        @own = Reflect.ask(target, :singleton_class?) ? Module.new : self
        Reflect.ask(Reflect.ask(target, :singleton_class), :prepend, self)
        Reflect.ask(target, :prepend, @own) unless @own.equal?(self)
      end

      # Is on while there is something to guard.
      # @return [void]
      def follow
        is_needed = @overlays.each_value.any?(&:used?)
        return if is_needed == @is_on

        @is_on = is_needed
        is_needed ? put_hooks_in : take_hooks_out
      end

      # The program has changed a method.
      # @param klass [Module] the target, or what inherits its guard
      # @param name [Symbol]
      # @return [void]
      def method_changed(klass, name)
        StaticTracing.synchronize_or_later(-> { follow_change(klass, name) })
      end

      # The block changes methods that it finds by their names, where it would find the wrappers.
      # @param names [Array<Symbol>]
      # @return [Object] what the block returns
      def step_aside(names)
        names.product(@overlays.values).each { |name, overlay| overlay.unwrap(name) }
        yield
      ensure
        names.each { |name| method_changed(@target, name) }
      end

      # Puts the wrappers of a method in as the method is now.
      # @param name [Symbol]
      # @return [void]
      def renew(name)
        overlays = @overlays.each_value.select { |overlay| overlay.wants?(name) }
        overlays.each { |overlay| overlay.unwrap(name) }
        visibility = Reflect.visibility(@target, name) or return
        original = Reflect.ask(@target, :instance_method, name)
        overlays.each { |overlay| overlay.wrap(name, visibility, original) } unless Refusals.asked?(original)
      end

      # `private` and the like without names are for the methods that follow in the code that they are
      # called from, which would be the hook.
      # @param visibility [Symbol]
      # @return [nil]
      def change_the_rest(visibility)
        source = "::Module.instance_method(:#{visibility}).bind_call(::Kernel)"
        Interpreter.binding_of_program.eval(source, Wrapper::FILE, 0)
      end

      private

      def follow_change(klass, name)
        unname_wrapper(klass, name)
        renew(name) if klass.equal?(@target)
      rescue StandardError => e
        StaticTracing.log(:warn, "#{Reflect.label(klass, false)}##{name} has changed: #{e.class}: #{e.message}")
      end

      # Somebody has given a wrapper a second name, most likely to put his own method in the place of
      # the first, which calls the second: without end. The second name is for the original.
      def unname_wrapper(klass, added)
        overlays = Reflect.ask(klass, :ancestors).grep(Overlay)
        overlays.each { |overlay| overlay.unwrap(added) }
        visibility = Reflect.visibility(klass, added) # define_method makes it public
        method = Reflect.ask(klass, :instance_method, added) if visibility
        return if method&.source_location&.first != Wrapper::FILE

        name = method.original_name
        overlays.each { |overlay| overlay.unwrap(name) }
        Guard.rename { Reflect.ask(klass, :alias_method, added, name) }
        Reflect.ask(klass, visibility, added)
      ensure
        overlays.product([added, *name]).each { |overlay, one| overlay.guard.renew(one) }
      end

      # Ruby calls method_added on the class, but singleton_method_added on the object.
      def put_hooks_in
        HOOKS.each { |change| put_hook_in(on_object? ? :"singleton_method_#{change}" : :"method_#{change}") }
        return unless StaticTracing.supported?

        CHANGES.each { |name| put_change_in(self, Reflect.ask(@target, :singleton_class), name) }
        CLASS_VISIBILITIES.each { |name| put_change_in(@own, @target, name) } if on_object?
      end

      def take_hooks_out
        [self, @own].uniq.each do |mod|
          (mod.instance_methods(false) + mod.private_instance_methods(false)).each do |name|
            mod.send(:remove_method, name)
          end
        end
      end

      def on_object?
        !@own.equal?(self)
      end

      def put_hook_in(hook)
        guard = self
        is_on_object = on_object?
        @own.define_method(hook) do |name|
          next if Guard.renaming?

          super(name)
          guard.method_changed(is_on_object ? Reflect.ask(self, :singleton_class) : self, name)
        end
        @own.send(:private, hook)
      end

      def put_change_in(mod, receivers, name)
        visibility = Reflect.visibility(receivers, name) or return
        guard = self
        mod.define_method(name) do |*methods|
          next guard.change_the_rest(name) if methods.empty? && VISIBILITIES.include?(name)

          names = methods.flatten.filter_map { |method| method.to_sym if method.respond_to?(:to_sym) }
          guard.step_aside(names) { super(*methods) }
        end
        mod.send(visibility, name)
      end
    end
  end
end
