# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # A probe for one method. While a tracer is attached to it, a wrapper stands in the way of the
    # method; else there is none.
    #
    # A helper of your own says which values its probe has, after `overhead_ns` and `method`, and
    # gives them:
    #
    # @example How long the results of a method are
    #   class ResultSize < StaticTracing::Helpers::Base
    #     arguments size: Integer, taken_ns: Integer
    #
    #     def before(_receiver, *, **) = StaticTracing.nsec
    #     def after(start, result, error) = [error ? -1 : result.size, StaticTracing.nsec - start]
    #   end
    #   ResultSize.new(Search, :find).enable
    class Base
      class << self
        # Sets, or gives, the arguments of the probe that come after `overhead_ns` and `method`.
        # @param types [Hash{Symbol => Class, Symbol, Boolean}] as for {Provider#add_tracepoint}
        # @return [Hash]
        def arguments(**types)
          @arguments = types.freeze unless types.empty?
          @arguments || (self == Base ? {}.freeze : superclass.arguments)
        end

        # The suffix of the probe's name if the method's own name is another helper's.
        # @return [String] `latency` for `Latency`
        def suffix
          Names.snake((name || "traced").split("::").last)
        end

        # @api private
        def new(owner, method, **options)
          StaticTracing.synchronize do
            helper = super
            Helpers.known(helper) || helper.tap { Helpers.remember(helper) }
          end
        end
      end

      # @return [Module] whose method it is; of a singleton method the object's singleton class
      attr_reader :target

      # @return [Symbol]
      attr_reader :method_name

      # @return [Tracepoint]
      attr_reader :tracepoint

      # A second helper of the same class for the same method is the first one.
      #
      # @param owner [Module, Object] with `singleton` any object
      # @param method [Symbol, String] defined already, also if inherited
      # @param provider [String, Symbol, nil] by default the class's right-most name in snake case
      # @param probe [String, Symbol, nil] by default the method's name
      # @param singleton [Boolean] is it the owner's own method, as `def self.find` makes?
      # @raise [InvalidMethodError] if it is not there or cannot be traced
      # @raise [InvalidNameError] if the class has no name and none is given
      def initialize(owner, method, provider: nil, probe: nil, singleton: false)
        @target = singleton ? Reflect.ask(owner, :singleton_class) : owner
        @label = Reflect.label(owner, singleton)
        @method_name = method.to_sym
        Refusals.check(@target, @method_name, @label)
        @overlay = Overlay.of(@target, self.class, @label)
        @tracepoint = ProbeNames.tracepoint(self, provider, probe)
        @wrappers = {}
        @is_enabled = false
        @inside = nil
      end

      # Makes the probe visible to tracers; the wrapper goes in when one attaches.
      # @return [self]
      def enable
        StaticTracing.synchronize do
          @is_enabled = true
          tracepoint.provider.enable
          Watcher.add(self)
        end
        self
      end

      # Takes the wrapper out for good.
      # @return [self]
      def disable
        StaticTracing.synchronize do
          @is_enabled = false
          Watcher.remove(self)
          follow
        end
        self
      end

      # @return [Boolean] was it enabled, and not disabled since?
      def enabled?
        @is_enabled
      end

      # @return [Boolean] is the wrapper in the method's way?
      def wrapped?
        !@inside.nil? && @overlay.wraps?(method_name)
      end

      # Puts the wrapper in, or takes it out, as the tracer and the mode want it.
      # @api private
      # @return [void]
      def follow
        wanted = (wrapper_kind if @is_enabled && Watcher.wanted?(tracepoint))
        return if wanted == @inside

        wanted ? @overlay.put_in(method_name) { |original| wrapper(wanted, original) } : @overlay.take_out(method_name)
        @inside = wanted
      end

      # Runs before the method. What it raises is logged.
      # @param _receiver [Object]
      # @param _arguments [Array] the method's
      # @return [Object] what {#after} is given
      def before(_receiver, *_arguments, **); end

      # Runs after the method. What it raises is logged, and nothing is fired.
      # @param _before [Object] what {#before} returned
      # @param _result [Object] of the method
      # @param _error [Exception, nil] with which it ended
      # @return [Array] one value for each of the {.arguments}
      def after(_before, _result, _error)
        []
      end

      # @api private
      # @return [Array] what makes it the same as another, also after its class was loaded again
      def identity
        [self.class, @label, method_name]
      end

      # @api private
      # @return [Symbol]
      def suffix
        self.class.suffix
      end

      # @api private
      # @return [void]
      def run_after(overhead, *outcome)
        values = after(*outcome)
        tracepoint.fire(overhead, method_name.name, *values)
      rescue StandardError => e
        complain(e)
      end

      # The block is the method's, and comes with "...".
      # @api private
      # @return [Object, nil]
      def run_before(*arguments, **options, &)
        before(*arguments, **options)
      rescue StandardError => e
        complain(e)
      end

      private

      # The recorder of tests wants Ruby's values, a tracer the slots.
      def wrapper_kind
        Tracepoint.recorder ? :recorded : :traced
      end

      # The original can be another one than last time.
      def wrapper(kind, original)
        is_own = original.owner.equal?(target)
        @wrappers[[kind, is_own, original.parameters, original.source_location.nil?]] ||= begin
          source = Wrapper.new(method_name, original, is_own)
          source.compile(self, body(source, kind))
        end
      end

      # Ruby source, see {Wrapper}.
      def body(wrapper, _kind)
        <<~RUBY
          begin
            usdt_entry = #{Wrapper::CLOCK}
            usdt_helper = Usdt.helper
            usdt_before = usdt_helper.run_before(#{["self", wrapper.signature.arguments].reject(&:empty?).join(", ")})
          rescue ::StandardError
            nil # a Ractor that is not the main one cannot reach the helper
          end
          usdt_start = #{Wrapper::CLOCK}
          usdt_left = true
          begin
            usdt_result = #{wrapper.original}
            usdt_left = false
            usdt_result
          ensure
            usdt_end = #{Wrapper::CLOCK}
            usdt_error = $! if usdt_left
            if usdt_helper
              usdt_helper.run_after(usdt_start - usdt_entry + Usdt.last, usdt_before, usdt_result, usdt_error)
              Usdt.last = #{Wrapper::CLOCK} - usdt_end
            end
          end
        RUBY
      end

      # Ruby source that fires: the values are Ruby source too.
      def fire(kind, overhead, *values)
        name = method_name.name.dump
        return "Usdt.helper.tracepoint.fire(#{[overhead, name, *values].join(", ")})" if kind == :recorded

        types = tracepoint.arguments.values.map { |type| Types.fetch(type) }
        own = types.drop(2)
        return fire_packed(types, [overhead, name, *values]) unless own.all?(&:tagged)

        fire_tagged([overhead, name_in_c, *sources(:tagged, own, values)])
      end

      def fire_packed(types, values)
        "::StaticTracing::Native.usdt_dyn_probe_fire(#{tracepoint.address}, " \
          "[#{sources(:value, types, values).join(", ")}].pack(\"#{types.map(&:pack).join}\"), #{types.size})"
      end

      # Nothing is allocated for this one.
      def fire_tagged(words)
        "::StaticTracing::Native.usdt_dyn_probe_fire_tagged(#{[tracepoint.address, *words].join(", ")})"
      end

      def sources(part, types, values)
        types.zip(values).map { |type, value| type.source(part, value) }
      end

      # The address of the method's name, which stays where it is for as long as the helper lives.
      def name_in_c
        @name_in_c ||= FFI::MemoryPointer.new(:char, method_name.name.bytesize + 1).put_bytes(0, method_name.name)
        @name_in_c.address
      end

      def complain(error)
        StaticTracing.log(:warn, "#{self.class} of #{@label}##{method_name}: #{error.class}: #{error.message}")
        nil
      end
    end
  end
end
