# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "usdt-ffi"

module StaticTracing
  # Records what is fired, so that a program's own tests need no tracer and no root.
  #
  #   require "usdt-ffi/testing"
  #   events = StaticTracing::Testing.record { checkout.pay(order) }
  #   events.first.values # => [42, "café"]
  #
  # While it records every tracepoint is enabled, also where probes cannot be traced, and values that
  # do not fit raise. With Minitest include {Testing::Assertions}, with RSpec {Testing::Matchers}.
  module Testing
    # One fire.
    Event = Struct.new(:provider, :tracepoint, :values) do # rubocop:disable Lint/StructNewOverride
      # @return [String] "provider:tracepoint"
      def probe
        "#{provider}:#{tracepoint}"
      end
    end

    class << self
      # Records what is fired by any thread while the block runs. Recordings can be nested; the inner
      # one hides its events from the outer one.
      # @yield
      # @return [Array<Event>] in the order of their firing
      def record
        events = Queue.new
        previous = replace(->(tracepoint, values) { events << event(tracepoint, values) })
        begin
          yield
        ensure
          replace(previous)
        end
        Array.new(events.size) { events.pop }
      end

      # @api private
      # @param probe [String, Tracepoint] "provider:tracepoint"
      # @return [String]
      def name_of(probe)
        probe.is_a?(Tracepoint) ? "#{probe.provider.name}:#{probe.name}" : probe.to_s
      end

      # @api private
      # @param events [Array<Event>]
      # @param probe [String]
      # @param with [Array, nil] values, each compared with ===
      # @return [Array<Event>]
      def matching(events, probe, with)
        events.select do |event|
          event.probe == probe &&
            (with.nil? || (with.size == event.values.size && with.zip(event.values).all? { |want, is| want === is }))
        end
      end

      # @api private
      # @param events [Array<Event>]
      # @return [String]
      def list(events)
        return "nothing was fired" if events.empty?

        "fired:\n#{events.map { |event| "  #{event.probe} #{event.values.inspect}" }.join("\n")}"
      end

      private

      # A String is copied: the program may change its own later.
      def event(tracepoint, values)
        Event.new(tracepoint.provider.name, tracepoint.name,
                  values.map { |value| value.is_a?(String) ? value.dup.freeze : value })
      end

      def replace(recorder)
        StaticTracing.synchronize do
          previous = Tracepoint.recorder
          Tracepoint.recorder = recorder
          Fire.update
          Watcher.look
          previous
        end
      end
    end
  end
end

require_relative "testing/minitest"
require_relative "testing/rspec"
