# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # One thread for all helpers of the process. It sleeps in the C library's watch until a tracer
  # attaches or detaches, and then has the helpers look at their probes.
  # @api private
  module Watcher
    @watch = nil
    @thread = nil
    @providers = {}.compare_by_identity

    class << self
      # @return [Thread, nil]
      attr_reader :thread

      # @param provider [Provider] to look at from now on; the first one starts the thread
      # @return [void]
      def add(provider)
        StaticTracing.synchronize do
          @providers[provider] = true
          start unless @thread&.alive?
          provider.watch(@watch) if @watch
        end
      end

      # In a child: the thread and the watch are the parent's.
      # @return [void]
      def after_fork
        return if @providers.empty?

        Native.usdt_dyn_watch_free(@watch) if @watch
        @watch = @thread = nil
        start
        @providers.each_key { |provider| provider.watch(@watch) } if @watch
        Helpers.follow_all
      end

      private

      def start
        @watch ||= make_watch
        return if @watch.nil?

        @thread = Thread.new { run }
        @thread.name = "usdt-ffi"
        @thread.report_on_exception = false
        # Puma warns of threads that are started before it forks, but for those that say this.
        @thread.thread_variable_set(:fork_safe, true)
        ProcessHooks.install
        ProcessHooks.on_fork(self) { after_fork }
      end

      def make_watch
        place = FFI::MemoryPointer.new(:pointer)
        Library.check(Native.usdt_dyn_watch_new(place))
        place.read_pointer
      rescue USDTError => e
        StaticTracing.fault(e) || nil
      end

      # Ends with the process only, whatever happens in it.
      def run
        loop do
          Helpers.follow_all if wait
        rescue StandardError => e
          StaticTracing.log(:warn, "in the thread that watches: #{e.class}: #{e.message}")
        end
      end

      # Returns whether a state has changed.
      def wait
        result = Native.usdt_dyn_watch_wait(@watch, -1)
        return result == 1 if result >= 0 || result == -Errno::EINTR::Errno

        StaticTracing.log(:warn, Native.usdt_dyn_last_error)
        renew
      end

      # The program may have closed all descriptors.
      def renew
        StaticTracing.synchronize do
          Native.usdt_dyn_watch_free(@watch)
          @watch = make_watch
          Thread.exit if @watch.nil?
          @providers.each_key { |provider| provider.watch(@watch) }
        end
        true
      end
    end
  end
end
