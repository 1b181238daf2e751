# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # A probe that a program fires. Made by {Provider#add_tracepoint}.
  class Tracepoint
    # A provider has no tracepoint of that name.
    class TracepointMissingError < Error; end
    # A type, or a value for a type, that a probe cannot have.
    class InvalidArgType < Error; end
    # A wrong number of arguments or values, or a tracepoint that exists with others.
    class InvalidArgumentError < Error; end

    CLASS_OF = Kernel.instance_method(:class)
    private_constant :CLASS_OF

    # The most arguments that tracers read.
    MAX_ARGUMENTS = 12

    class << self
      # Looks the provider up, or makes it, and adds the tracepoint to it.
      # @param provider [String, Symbol, Module] the name of the provider
      # @param name [String, Symbol] the name of the tracepoint
      # @return [Tracepoint]
      # @see Provider#add_tracepoint
      def new(provider, name, *types, **named_types)
        Provider.register(provider).add_tracepoint(name, *types, **named_types)
      end

      # @param provider [String, Symbol, Module]
      # @param name [String, Symbol]
      # @return [Tracepoint]
      # @raise [Provider::ProviderMissingError]
      # @raise [TracepointMissingError]
      def fetch(provider, name)
        Provider.fetch(provider).tracepoints.fetch(name.to_s) do
          raise TracepointMissingError, "the provider #{Names.provider(provider)} has no tracepoint #{name}"
        end
      end

      # @api private
      def build(...)
        allocate.tap { |tracepoint| tracepoint.send(:initialize, ...) }
      end

      # @api private
      # @return [#call, nil] in tests: takes the place of the tracer, see {Testing}
      attr_accessor :recorder
    end

    # @return [Provider]
    attr_reader :provider

    # @return [String]
    attr_reader :name

    # @return [Hash{String => Symbol}] the arguments by name, with their types
    attr_reader :arguments

    # @api private
    def initialize(provider, name, types, address)
      @provider = provider
      @name = name
      @types = types.values.freeze
      @arguments = types.transform_values(&:name).freeze
      @address = address
      @semaphore = Fire.no_semaphore if address
      @is_loaded = false
      @buffer = nil
      @has_complained = false
      extend Fire.of(@types)
    end

    # Fires the probe if a tracer is attached.
    #
    # This method tells what a fire does, but it is normally not the one that runs: each tracepoint is extended with
    # methods that are made for its types and do the same faster ({Fire.of}). It runs for a recorder and in strict mode.
    #
    # Without a tracer it does nothing: values are not looked at, and a block is not called. With
    # one, values that do not fit are logged (once a tracepoint) and nothing is fired; in strict
    # mode they raise, with a tracer and without. More values than arguments are an ArgumentError,
    # as for every method.
    #
    # A string is passed without a copy, whatever its encoding, and ends at its first NUL byte; nil is
    # the address 0.
    #
    # @example
    #   created.fire(42, "café")
    #   created.fire { [expensive_id, expensive_name] }
    # @param values [Array] one for each argument
    # @yieldreturn [Array, Object] the values, if none were given
    # @return [Boolean] was a tracer attached?
    # @raise [InvalidArgumentError, InvalidArgType] in strict mode
    def fire(*values, &block)
      is_on = enabled?
      return false unless is_on || StaticTracing.configuration.strict
      return is_on ? fire_block(&block) : false if block && values.empty?
      return false unless fits?(values)

      fire_now(values) if is_on
      is_on
    end

    # @return [Boolean] is a tracer attached to this probe?
    def enabled?
      attached? || !Tracepoint.recorder.nil?
    end

    # @return [String]
    def inspect
      "#<#{self.class} #{provider.name}:#{name}(#{arguments.map { |name, type| "#{name}: #{type}" }.join(", ")})>"
    end
    alias to_s inspect

    # @api private
    # @return [Integer, nil] of the C library's probe
    attr_reader :address

    # @api private
    # @return [Boolean] does the kernel count tracers here?
    def loaded?
      @is_loaded
    end

    # @api private
    # @return [Boolean] what the semaphore says, also where `enabled?` need not ask
    def attached?
      loaded? && @semaphore.read_uint16 != 0
    end

    # The provider was loaded.
    # @api private
    # @return [void]
    def refresh
      return if loaded? || @address.nil?

      pointer = Native.usdt_dyn_probe_semaphore(@address)
      return if pointer.null?

      @semaphore = pointer
      @is_loaded = true
    end

    private

    def initialize_copy(_)
      raise TypeError, "a tracepoint cannot be copied"
    end

    def fire_now(values)
      if Tracepoint.recorder
        Tracepoint.recorder.call(self, values)
      else
        Fire.exact(@types).instance_method(:fire).bind_call(self, *values)
      end
    end

    # The program did not ask for this block to run: what it raises is not the program's affair.
    def fire_block
      values = yield
      values = [] if @types.empty?
      values = @types.size == 1 && !values.is_a?(Array) ? [values] : Array(values)
      return false unless fits?(values)

      fire_now(values)
      true
    rescue StandardError => e
      raise if StaticTracing.configuration.strict || Tracepoint.recorder

      refuse_with(e.class, "#{e.class} in the block that gives the values: #{e.message}")
    end

    def fits?(values)
      return true if values.size == @types.size && @types.zip(values).all? { |type, value| type.fits?(value) }

      refuse(values)
    end

    # Says what is wrong with values. Once: the next fire would say the same.
    def refuse(values)
      values = values.take_while { |value| !Fire::UNSET.equal?(value) }
      if values.size != @types.size
        return refuse_with(InvalidArgumentError, "#{values.size} values for #{@types.size} arguments")
      end

      type, value = @types.zip(values).find { |one, given| !one.fits?(given) }
      refuse_with(InvalidArgType, "#{shorten(value)} is no value for #{@arguments.keys[@types.index(type)]}, " \
                                  "which is #{type.name}")
    end

    # The value may be of any kind, also one that answers to nothing.
    def shorten(value)
      Integer === value ? value.to_s[0, 40] : "a #{CLASS_OF.bind_call(value)}"
    end

    def refuse_with(error, sentence)
      raise error, "#{provider.name}:#{name}: #{sentence}" if StaticTracing.configuration.strict || Tracepoint.recorder
      return false if @has_complained

      @has_complained = true
      StaticTracing.fault(InvalidArgumentError.new("#{provider.name}:#{name}: #{sentence}: not fired; " \
                                                   "this is said once"))
    end
  end
end
