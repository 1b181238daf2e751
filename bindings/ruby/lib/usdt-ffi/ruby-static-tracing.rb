# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "usdt-ffi"

# The names of the gem ruby-static-tracing, for programs that were written for it:
#
#   require "usdt-ffi/ruby-static-tracing"   # was: require "ruby-static-tracing"
#
# What differs:
# - Probes are visible to tracers at once; the mode is `:auto`, and no signal is trapped unless
#   `c.mode = "SIGNAL"` asks for it. `"ON"`, `"OFF"` and `c.signal = "PROF"` mean what they meant.
# - A traced method has no wrapper in its way until a tracer attaches, also in mode "ON".
# - The probes of tracers have the arguments of this gem's helpers: `overhead_ns`, `method`, and then
#   `duration_ns` and `raised`, or `stack`.
# - A provider's name is the right-most part of its class's, unless it is given: `A::B` is `b`.
# - Private methods stay private, keywords arrive, a method that raises fires too.
# - `Tracer::Base` has no `set_wrapping_function`: write a {StaticTracing::Helpers::Base} of your own.
module StaticTracing
  # What ruby-static-tracing had for the traces of methods.
  module Tracer
    # A class of tracers; each has the methods of its own helper.
    class Base
      class << self
        # @param klass [Module]
        # @param methods [Array<Symbol>] none: all public ones
        # @param provider [String, nil] the name of the provider
        # @return [void]
        def register(klass, *methods, provider: nil)
          names = methods.flatten
          names = klass.public_instance_methods(false) if names.empty?
          Provider.load_together do
            helpers.concat(names.map { |name| helper.new(klass, name, provider:).enable })
          end
        end

        # Lets the wrappers follow the tracer again.
        # @return [void]
        def enable!
          helpers.each(&:enable)
        end

        # Takes the wrappers out.
        # @return [void]
        def disable!
          helpers.each(&:disable)
        end

        # @api private
        # @return [Array<Helpers::Base>]
        def helpers
          @helpers ||= []
        end
      end
    end

    # How long methods take.
    class Latency < Base
      # @api private
      # @return [Class]
      def self.helper
        Helpers::Latency
      end
    end

    # From where methods are called.
    class Stack < Base
      # @api private
      # @return [Class]
      def self.helper
        Helpers::Stack
      end
    end

    # Modules to include into a class.
    module Concerns
      # Traces the public methods that the class has when the module is included.
      module Latency
        # @api private
        # @param base [Class]
        # @return [void]
        def self.included(base)
          Tracer::Latency.register(base)
          super
        end
      end
    end
  end

  # The tracers that {Configuration#add_tracer} was given.
  module Tracers
    # Not a tracer.
    class InvalidTracerError < Error; end

    @tracers = []

    class << self
      # @param tracer [Class] below {Tracer::Base}
      # @return [void]
      # @raise [InvalidTracerError]
      def add(tracer)
        unless tracer.is_a?(Class) && tracer < Tracer::Base
          raise InvalidTracerError, "#{tracer.inspect} is no tracer: give a class below StaticTracing::Tracer::Base"
        end

        @tracers |= [tracer]
      end

      # @return [void]
      def enable!
        @tracers.each(&:enable!)
      end

      # @return [void]
      def disable!
        @tracers.each(&:disable!)
      end

      # Forgets them.
      # @return [void]
      def clean
        @tracers = []
      end
    end
  end

  # With the tracers of ruby-static-tracing.
  class Configuration
    # @param tracer [Class]
    # @return [void]
    def add_tracer(tracer)
      Tracers.add(tracer)
    end
  end
end
