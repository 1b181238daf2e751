# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # What a program can choose, in {StaticTracing.configure}.
  class Configuration
    # The values of {#mode}.
    MODES = %i[auto on off signal].freeze
    # The signal of mode `:signal`, as in ruby-static-tracing.
    DEFAULT_SIGNAL = "PROF"

    # The first {#filtered} names.
    FILTERED = %i[passw email secret token _key crypt salt certificate otp ssn cvv cvc].freeze

    # @return [Symbol] `:auto`, `:on`, `:off` or `:signal`
    attr_reader :mode

    # @return [String] the name of the signal that mode `:signal` traps
    attr_reader :signal

    # @return [Logger, nil] where warnings go; without one to the standard error
    attr_accessor :logger

    # @return [Boolean] are values always checked, and do mistakes raise? For tests.
    attr_reader :strict

    # @return [Array<Module>] classes and modules whose `inspect` {Helpers::Arguments} may call; none at first
    attr_reader :inspectable

    # @return [Array<Symbol, String, Regexp>] names of parameters, keywords and keys of Hashes whose values
    #   {Helpers::Arguments} does not show, or parts of names
    attr_reader :filtered

    # @api private
    def initialize
      @mode = :auto
      @signal = DEFAULT_SIGNAL
      @strict = false
      @tracing = true
      @previous_trap = nil
      self.inspectable = []
      self.filtered = FILTERED
    end

    # - `:auto`: what is enabled is visible to tracers, and helpers follow the tracer
    # - `:on`: likewise, but helpers stay in their methods
    # - `:off`: no probe is visible
    # - `:signal`: off, until the {#signal} comes; each one toggles
    #
    # A program that traps the same signal itself loses: give another one.
    # @param mode [Symbol, String] also as ruby-static-tracing spells it, "ON"
    # @raise [ArgumentError] for anything else
    def mode=(mode)
      wanted = mode.to_s.downcase.to_sym
      raise ArgumentError, "#{mode.inspect} is no mode: use #{MODES.map(&:inspect).join(", ")}" unless
        MODES.include?(wanted)

      StaticTracing.synchronize do
        untrap if @mode == :signal
        @mode = wanted
        trap_signal if wanted == :signal
        self.tracing = %i[auto on].include?(wanted)
      end
    end

    # @param name [String, Symbol] "USR2" or "SIGUSR2"
    def signal=(name)
      StaticTracing.synchronize do
        untrap if @mode == :signal
        @signal = name.to_s.delete_prefix("SIG")
        trap_signal if @mode == :signal
      end
    end

    # @param is_strict [Boolean]
    def strict=(is_strict)
      @strict = is_strict ? true : false
      Fire.update
    end

    # @param modules [Array<Module>]
    def inspectable=(modules)
      @inspectable = modules.dup.freeze
      Helpers::Show.inspectable = @inspectable
    end

    # @param names [Array<Symbol, String, Regexp>]
    def filtered=(names)
      @filtered = names.dup.freeze
      patterns = names.map { |name| Regexp === name ? name : /#{Regexp.escape(name.to_s)}/i }
      Helpers::Show.filter = Regexp.union(patterns).freeze
    end

    # @return [Boolean] see {StaticTracing.enabled?}
    def tracing?
      @tracing
    end

    # @api private
    # @param is_on [Boolean]
    def tracing=(is_on)
      StaticTracing.synchronize do
        @tracing = is_on
        Providers.each(&:apply)
        Watcher.look
      end
    end

    private

    # A handler may take no lock: the work is done by a thread that it starts.
    def trap_signal
      @previous_trap = Signal.trap(@signal) { Thread.new { StaticTracing.toggle_tracing! } }
    end

    def untrap
      Signal.trap(@signal, @previous_trap || "DEFAULT")
      @previous_trap = nil
    end
  end
end
