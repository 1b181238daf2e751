# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # A group of tracepoints under one name, as tracers show it.
  class Provider
    # No provider of that name was registered.
    class ProviderMissingError < Error; end

    class << self
      # Finds the provider of that name, or makes it.
      # @param name [String, Symbol, Module] of a module its right-most name, in lower snake case
      # @return [Provider]
      # @raise [InvalidNameError]
      def register(name)
        Providers.register(Names.provider(name))
      end

      # @param name [String, Symbol, Module]
      # @return [Provider]
      # @raise [ProviderMissingError]
      def fetch(name)
        Providers.fetch(Names.provider(name))
      end

      # Enables all providers there are.
      # @return [void]
      def enable!
        Providers.each(&:enable)
      end

      # Loads what is added meanwhile at the end, in one image for each provider.
      # @api private
      # @yield
      # @return [Object] what the block returns
      def load_together
        StaticTracing.synchronize do
          return yield if @waiting

          begin
            @waiting = {}.compare_by_identity
            yield
          ensure
            waiting = @waiting.keys
            @waiting = nil
            waiting.each(&:apply)
            Watcher.look
          end
        end
      end

      # @api private
      # @param provider [Provider]
      # @return [Boolean] shall it load later?
      def load_later?(provider)
        return false if @waiting.nil?

        @waiting[provider] = true
      end

      # Disables all providers.
      # @return [void]
      def disable!
        Providers.each(&:disable)
      end
    end

    # @return [String]
    attr_reader :name
    alias namespace name

    # @return [Hash{String => Tracepoint}] by name; a frozen snapshot
    attr_reader :tracepoints

    # @api private
    def initialize(name)
      @name = name
      @tracepoints = {}.freeze
      @is_enabled = false
      @is_visible = false
      @handle = Handle.make(name) if StaticTracing.supported?
    end

    # Makes a tracepoint. If the provider is enabled it is visible at once; each such call costs an
    # image of its own, so add first and enable then where you can. Adding the same again gives the
    # one that is there.
    #
    # @example
    #   provider.add_tracepoint("created", Integer, String)
    #   provider.add_tracepoint("shipped", id: Integer, to: String, weight: Float)
    # @param tracepoint [String, Symbol, Tracepoint] a name, or a tracepoint to make another like
    # @param types [Array<Class, Symbol, Boolean>] of the arguments: Integer, String, Symbol, Float,
    #   true, false, or :int8 to :int64, :uint8 to :uint64, :string, :double, :bool, :pointer
    # @param named_types [Hash{Symbol => Class, Symbol, Boolean}] the same with names
    # @return [Tracepoint]
    # @raise [Tracepoint::InvalidArgType] for another type
    # @raise [Tracepoint::InvalidArgumentError] for more than 12, for positional and named ones at
    #   once, and if there is one of that name with other arguments
    # @raise [InvalidNameError]
    def add_tracepoint(tracepoint, *types, **named_types)
      if tracepoint.is_a?(Tracepoint)
        named_types = tracepoint.arguments
        tracepoint = tracepoint.name
      end
      name = Names.check("tracepoint", tracepoint)
      arguments = arguments_of(name, types, named_types)
      StaticTracing.synchronize { existing(name, arguments) || make(name, arguments) }
    end

    # Makes the tracepoints visible to tracers, those that come later too.
    # @return [Boolean] are they visible? Where probes cannot be traced they never are.
    def enable
      StaticTracing.synchronize do
        @is_enabled = true
        apply
      end
    end

    # Makes the tracepoints invisible to tracers. One that is attached stays attached.
    # @return [Boolean] false
    def disable
      StaticTracing.synchronize do
        @is_enabled = false
        apply
      end
    end

    # @return [Boolean] was it enabled, and not disabled since?
    def enabled?
      @is_enabled
    end

    # @return [String, nil] the newest image of the provider as a tracer opens it; nil while invisible
    def path
      @is_visible ? Native.usdt_dyn_provider_path(@handle) : nil
    end

    # Disables the provider and forgets it. Its tracepoints stay usable for those who hold them.
    # @return [void]
    def destroy
      StaticTracing.synchronize do
        disable
        Providers.forget(self)
        Watcher.forget(self)
      end
    end

    # @return [String]
    def inspect
      "#<#{self.class} #{name} #{tracepoints.keys.join(" ")}>"
    end
    alias to_s inspect

    # Makes true what the user and the mode want.
    # @api private
    # @return [Boolean] is it visible?
    def apply
      return false if @handle.nil?

      if @is_enabled && StaticTracing.enabled?
        load unless Provider.load_later?(self)
      elsif @is_visible
        Library.check(Native.usdt_dyn_provider_unload(@handle))
        @is_visible = false
      end
      @is_visible
    rescue USDTError => e
      StaticTracing.fault(e)
    end

    # @api private
    # @param watch [FFI::Pointer]
    # @return [void]
    def watch(watch)
      Library.check(Native.usdt_dyn_watch_add(watch, @handle))
    end

    private

    # The library loads no provider without probes: that waits for the first one.
    def load
      return if tracepoints.empty?

      ProcessHooks.install
      Watcher.listen_to(self) # before there is an image that somebody could open
      Library.check(Native.usdt_dyn_provider_load(@handle))
      @is_visible = true
      tracepoints.each_value(&:refresh)
      Fire.near = true if tracepoints.any? { |_, tracepoint| tracepoint.attached? }
    end

    def arguments_of(name, types, named_types)
      unless types.empty? || named_types.empty?
        raise Tracepoint::InvalidArgumentError, "#{name}: give the types with names or without, not both"
      end

      named_types = types.each_with_index.to_h { |type, i| ["arg#{i}", type] } if named_types.empty?
      if named_types.size > Tracepoint::MAX_ARGUMENTS
        raise Tracepoint::InvalidArgumentError, "#{name}: #{named_types.size} arguments, but tracers read " \
                                                "at most #{Tracepoint::MAX_ARGUMENTS}"
      end
      named_types.to_h { |key, type| [Names.check("argument", key), Types.fetch(type)] }
    end

    def existing(name, arguments)
      tracepoint = tracepoints[name]
      return tracepoint if tracepoint.nil? || tracepoint.arguments == arguments.transform_values(&:name)

      raise Tracepoint::InvalidArgumentError, "#{inspect} already has #{tracepoint.inspect}: use that one, " \
                                              "or another name"
    end

    def make(name, arguments)
      address = @handle&.add_probe(name, arguments)
      tracepoint = Tracepoint.build(self, name, arguments, address)
      @tracepoints = @tracepoints.merge(name => tracepoint).freeze
      apply
      tracepoint
    end
  end
end

require_relative "provider_handle"
