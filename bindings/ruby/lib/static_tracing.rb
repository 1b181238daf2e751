# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "monitor"

# USDT probes that a running Ruby program makes for itself.
#
#   provider = StaticTracing::Provider.register("orders")
#   created = provider.add_tracepoint("created", Integer, String)
#   provider.enable
#   created.fire(42, "café")
#
# and from outside: `bpftrace -p PID -e 'usdt::orders:created { printf("%d %s\n", arg0, str(arg1)) }'`
module StaticTracing
  # Guards providers, tracepoints and the configuration; never held while a probe fires.
  LOCK = Monitor.new
  private_constant :LOCK

  class << self
    # Can probes be traced here? If not, every call of the gem does nothing.
    # @return [Boolean]
    def supported?
      Library.supported?
    end

    # @return [String, nil] why probes cannot be traced here; nil where they can
    def unsupported_reason
      Library.reason
    end

    # @return [Configuration]
    attr_reader :configuration

    # @yieldparam configuration [Configuration]
    # @return [Configuration]
    def configure
      yield configuration if block_given?
      configuration
    end

    # Is tracing on? False with mode `:off`, and with mode `:signal` until the signal came.
    # @return [Boolean]
    def enabled?
      configuration.tracing?
    end

    # Switches tracing on: what was enabled becomes visible to tracers.
    # @return [void]
    def enable!
      configuration.tracing = true
    end

    # Switches tracing off: all probes become invisible to tracers that come later.
    # @return [void]
    def disable!
      configuration.tracing = false
    end

    # @return [void]
    def toggle_tracing!
      synchronize { configuration.tracing = !configuration.tracing? }
    end

    # @return [Integer] nanoseconds of the monotonic clock, as tracers have them in `nsecs`
    def nsec
      ::Process.clock_gettime(::Process::CLOCK_MONOTONIC, :nanosecond)
    end

    # @return [Logger, nil] what was configured
    def logger
      configuration.logger
    end

    # @api private
    def synchronize(&)
      LOCK.synchronize(&)
    end

    # The same, but a signal handler may not wait for the lock: if it cannot have it, a thread does it
    # in a moment.
    # @api private
    # @param work [#call]
    # @return [void]
    def synchronize_or_later(work)
      return synchronize { work.call } unless in_signal_handler?
      return Thread.new { synchronize { work.call } } unless LOCK.try_enter

      begin
        work.call
      ensure
        LOCK.exit
      end
    end

    # @api private
    # @return [Boolean]
    def in_signal_handler?
      synchronize { false }
    rescue ThreadError
      true
    end

    # @api private
    # @param level [Symbol] :info or :warn
    # @param message [String]
    # @return [void]
    def log(level, message)
      if logger
        logger.public_send(level, "usdt-ffi: #{message}")
      elsif level == :warn
        Kernel.warn("usdt-ffi: #{message}")
      end
    end

    # What tracing itself does wrong must not hurt the program: it is logged, and raised only in
    # strict mode.
    # @api private
    # @param error [StandardError]
    # @return [false]
    def fault(error)
      raise error if configuration.strict

      log(:warn, error.message)
      false
    end
  end
end

require_relative "static_tracing/version"
require_relative "static_tracing/error"
require_relative "static_tracing/library"
require_relative "static_tracing/names"
require_relative "static_tracing/configuration"
require_relative "static_tracing/fire"
require_relative "static_tracing/tracepoint"
require_relative "static_tracing/types"
require_relative "static_tracing/provider"
require_relative "static_tracing/providers"
require_relative "static_tracing/process_hooks"
require_relative "static_tracing/watcher"
require_relative "static_tracing/helpers"

module StaticTracing # rubocop:disable Style/Documentation
  @configuration = Configuration.new

  # What only some programs use is read when they name it.
  autoload :Rails, "#{__dir__}/static_tracing/rails"
  autoload :Rack, "#{__dir__}/static_tracing/rack"
  autoload :Sidekiq, "#{__dir__}/static_tracing/sidekiq"
  Helpers.autoload :ActiveRecord, "#{__dir__}/static_tracing/helpers/active_record"
end
