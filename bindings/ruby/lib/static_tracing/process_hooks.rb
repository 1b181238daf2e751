# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Learns of new processes. A child starts with a copy of its parent's semaphores: where the tracer
  # follows the parent alone, a probe seems enabled in the child until its first fire.
  # @api private
  module ProcessHooks
    # Prepended to Process: every fork of Ruby code goes through _fork.
    module Fork
      # @return [Integer] 0 in the child
      def _fork
        ProcessHooks.undisturbed { super }.tap { |pid| ProcessHooks.after_fork if pid.zero? }
      end

      # Process.daemon does not go through _fork.
      # @return [Integer]
      def daemon(...)
        super.tap { ProcessHooks.after_fork }
      end
    end
    private_constant :Fork

    @callbacks = {}
    @is_installed = false

    class << self
      # @return [void]
      def install
        return if @is_installed

        @is_installed = true
        Process.singleton_class.prepend(Fork)
      end

      # @param owner [Object] who has one block at most
      # @yield in each child
      # @return [void]
      def on_fork(owner, &block)
        @callbacks[owner] = block
      end

      # Keeps other threads from being in the middle of a change while the block forks: what a
      # child has copied of that nobody would finish there.
      # @return [Object] what the block returns
      def undisturbed(&)
        StaticTracing.in_signal_handler? ? yield : StaticTracing.synchronize(&)
      end

      # @return [void]
      def after_fork
        Providers.each(&:path) # under the library's lock, where it sees the fork
        StaticTracing.in_signal_handler? ? Thread.new { call_all } : call_all
      end

      private

      def call_all
        @callbacks.each_value(&:call)
      rescue StandardError => e
        StaticTracing.log(:warn, "after a fork: #{e.class}: #{e.message}")
      end
    end
  end
end
