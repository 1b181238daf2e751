# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Tells followers when a tracer attaches to their tracepoint, and when the last one has left; and
  # {Fire} when one comes near that may attach. One thread for the whole process sleeps in the C
  # library's watch; there is none until a provider is enabled or something is watched.
  #
  # A follower has a tracepoint and a method `follow`, which compares {wanted?} with what it did last.
  # @api private
  module Watcher
    # Follows with two callables.
    class Pair
      # @return [Tracepoint]
      attr_reader :tracepoint

      # @param tracepoint [Tracepoint]
      # @param on_attach [#call]
      # @param on_detach [#call]
      def initialize(tracepoint, on_attach, on_detach)
        @tracepoint = tracepoint
        @on_attach = on_attach
        @on_detach = on_detach
        @is_attached = false
      end

      # @param is_wanted [Boolean]
      # @return [void]
      def follow(is_wanted = Watcher.wanted?(tracepoint))
        return if is_wanted == @is_attached

        @is_attached = is_wanted
        (is_wanted ? @on_attach : @on_detach).call
      end
    end

    # Bits of what a wait in the watch returns.
    CHANGED = 1
    NEAR = 2

    @watch = nil
    @thread = nil
    @is_near = false # as the watch saw it last
    @is_unnoticed = false # is there a provider that no watch looks at?
    @providers = {}.compare_by_identity # those that the C library watches, where there is a watch
    @followers = {}.compare_by_identity

    class << self
      # @return [Thread, nil]
      attr_reader :thread

      # Calls on_attach when a tracer attaches, at once if there is one, and on_detach when the last
      # one leaves. With mode `:on` the tracepoint counts as attached always, with `:off` never.
      # Both are called under the lock of StaticTracing, by any thread.
      # @param tracepoint [Tracepoint] of a provider that may be enabled later
      # @param on_attach [#call]
      # @param on_detach [#call]
      # @return [Pair] for {unwatch}
      def watch(tracepoint, on_attach, on_detach)
        Pair.new(tracepoint, on_attach, on_detach).tap { |pair| add(pair) }
      end

      # Ends it; on_detach is called if a tracer is attached.
      # @param pair [Pair]
      # @return [void]
      def unwatch(pair)
        StaticTracing.synchronize { remove(pair) && call(pair, false) }
      end

      # Has it follow from now on, and now.
      # @param follower [#tracepoint, #follow]
      # @return [void]
      def add(follower)
        StaticTracing.synchronize do
          @followers[follower] = true
          listen_to(follower.tracepoint.provider)
          call(follower)
        end
      end

      # @param follower [#tracepoint, #follow]
      # @return [Boolean, nil] true if it followed until now
      def remove(follower)
        StaticTracing.synchronize { @followers.delete(follower) }
      end

      # @param tracepoint [Tracepoint]
      # @return [Boolean] is whoever follows it to act as if a tracer were attached?
      def wanted?(tracepoint)
        return true if Tracepoint.recorder
        return false unless StaticTracing.enabled? && tracepoint.loaded?

        StaticTracing.configuration.mode == :on || tracepoint.attached?
      end

      # Has all follow. They may add others.
      # @return [void]
      def look
        StaticTracing.synchronize { @followers.dup.each_key { |follower| call(follower) } }
      end

      # Has the library watch the provider from now on.
      # @param provider [Provider]
      # @return [void]
      def listen_to(provider)
        return unless StaticTracing.supported?

        start unless @thread&.alive?
        return if @providers.key?(provider)

        @providers[provider] = true
        tell_library(provider)
      end

      # @param provider [Provider] that nobody shall hold any more
      # @return [void]
      def forget(provider)
        StaticTracing.synchronize { @providers.delete(provider) }
      end

      private

      # An error of one is logged; the others do not suffer.
      def call(follower, ...)
        follower.follow(...)
      rescue StandardError => e
        tracepoint = follower.tracepoint
        StaticTracing.log(:warn, "#{tracepoint.provider.name}:#{tracepoint.name}: #{e.class}: #{e.message}")
      end

      def tell_library(provider)
        provider.watch(@watch) if @watch
      rescue USDTError => e
        self.unnoticed = true
        StaticTracing.fault(e)
      end

      def start
        @watch ||= make_watch or return self.unnoticed = true
        ProcessHooks.install
        ProcessHooks.on_fork(self) { after_fork }
        @is_near = true # until the thread has looked: it may never run
        self.unnoticed = @is_unnoticed
        @thread = Thread.new { run }
        @thread.name = "usdt-ffi"
        # Puma warns of threads that are started before it forks, but for those that say this.
        @thread.thread_variable_set(:fork_safe, true)
      end

      def make_watch
        place = FFI::MemoryPointer.new(:pointer)
        Library.check(Native.usdt_dyn_watch_new(place))
        place.read_pointer
      rescue USDTError => e
        StaticTracing.fault(e) || nil
      end

      # Can tracers come unnoticed, as there is no watch? Then tracepoints always ask their semaphores.
      def unnoticed=(is_unnoticed)
        @is_unnoticed = is_unnoticed
        Fire.near = @is_near || @is_unnoticed
      end

      # In a child the thread and the watch are the parent's, and so is what has been attached.
      def after_fork
        StaticTracing.synchronize do
          @thread = nil
          renew
          start
          look
        end
      end

      # What has changed is told against the state in which a watch was first looked at: that is now, and
      # whoever calls this looks once more.
      def renew
        Native.usdt_dyn_watch_free(@watch) if @watch
        @watch = make_watch
        self.unnoticed = @watch.nil?
        @providers.each_key { |provider| tell_library(provider) }
        Native.usdt_dyn_watch_wait_near(@watch, true, 0) if @watch
      end

      # Ends with the process only, whatever happens in it, or when there is no watch to be had. Should
      # the program end it, the semaphores are there to be asked.
      def run
        while @watch
          begin
            look if changed?
          rescue StandardError => e
            StaticTracing.log(:warn, "in the thread that watches: #{e.class}: #{e.message}")
          end
        end
      ensure
        Fire.near = true
      end

      # Sleeps. Returns whether a state has changed.
      def changed?
        seen = Native.usdt_dyn_watch_wait_near(@watch, @is_near, -1)
        return see(seen) if seen >= 0
        return false if seen == -Errno::EINTR::Errno

        # The program may have closed all descriptors.
        StaticTracing.log(:warn, Native.usdt_dyn_last_error)
        StaticTracing.synchronize { renew }
        true
      end

      def see(seen)
        @is_near = seen.anybits?(NEAR)
        Fire.near = @is_near || @is_unnoticed
        seen.anybits?(CHANGED)
      end
    end
  end
end
