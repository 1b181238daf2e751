# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Learns of new processes. A child starts with a copy of its parent's semaphores, also where the
  # tracer follows the parent alone; the library clears them when it looks.
  # @api private
  module ProcessHooks
    # Prepended to Process: every fork of Ruby code goes through _fork.
    module Fork
      # @return [Integer] 0 in the child
      def _fork
        super.tap { |pid| ProcessHooks.after_fork if pid.zero? }
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

      # @return [void]
      def after_fork
        Providers.each(&:path) # under the library's lock, where it sees the fork
        @callbacks.each_value(&:call)
      rescue StandardError => e
        StaticTracing.log(:warn, "after a fork: #{e.class}: #{e.message}")
      end
    end
  end
end
