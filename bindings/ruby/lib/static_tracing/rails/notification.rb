# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Rails
    # A probe that fires at the end of events of ActiveSupport::Notifications. It is subscribed to
    # them only while a tracer is attached.
    #
    # It may come and go in the middle of an event: what it knows of the start is kept in the event's
    # payload, and an end without a start is not counted. (A block would be timed by a stack in each
    # thread, of which it would then take what it never put there.)
    class Notification
      # @return [Tracepoint]
      attr_reader :tracepoint

      # @return [Array<String, Regexp>]
      attr_reader :events

      # @param tracepoint [Tracepoint] the first argument is `overhead_ns`
      # @param events [Array<String, Regexp>]
      # @yieldparam payload [Hash]
      # @yieldparam duration_ns [Integer]
      # @yieldparam event [String] its name
      # @yieldreturn [Array] the other values
      def initialize(tracepoint, events, &values)
        @tracepoint = tracepoint
        @events = events
        @values = values
        @entry_key = :"usdt_ffi_#{tracepoint.name}_entry"
        @start_key = :"usdt_ffi_#{tracepoint.name}_start"
        @last = 0
        @has_complained = false
        @subscriptions = []
      end

      # @return [self]
      def enable
        @watched ||= Watcher.watch(tracepoint, method(:subscribe), method(:unsubscribe))
        self
      end

      # @return [self]
      def disable
        Watcher.unwatch(@watched) if @watched
        @watched = nil
        self
      end

      # @return [Boolean] does it cost anything now?
      def subscribed?
        @subscriptions.any?
      end

      # Called by ActiveSupport, in the thread of the event.
      # @api private
      def start(_event, _id, payload)
        entry = StaticTracing.nsec
        payload[@entry_key] = entry
        payload[@start_key] = StaticTracing.nsec
      rescue StandardError => e
        complain(e)
      end

      # Likewise.
      # @api private
      def finish(event, _id, payload)
        stop = StaticTracing.nsec
        start = payload.delete(@start_key) or return
        before = start - payload.delete(@entry_key)
        values = @values.call(payload, stop - start, event)
        told = StaticTracing.nsec
        tracepoint.fire(before + told - stop + @last, *values)
        @last = StaticTracing.nsec - told
      rescue StandardError => e
        complain(e)
      end

      private

      def subscribe
        @subscriptions = events.map { |event| ::ActiveSupport::Notifications.subscribe(event, self) }
      end

      def unsubscribe
        @subscriptions.each { |one| ::ActiveSupport::Notifications.unsubscribe(one) }
        @subscriptions = []
      end

      # Nothing may be raised into the program, and one line is enough.
      def complain(error)
        return if @has_complained

        @has_complained = true
        StaticTracing.log(:warn, "#{tracepoint.provider.name}:#{tracepoint.name}: #{error.class}: #{error.message}: " \
                                 "this is said once")
      end
    end
  end
end
