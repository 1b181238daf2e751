# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # Helpers that follow a tracer, as they do in production: `usdt-dyn trace` is attached to this process at
  # the first {flip}, and leaves it at the next.
  class RealTracer < Tracing
    # Seconds until the wrappers have followed.
    LIMIT = 50

    # @param link [Link] to the {Host}, which starts the tracer
    def initialize(link)
      super()
      @link = link
    end

    private

    # The watcher looks when the semaphores change.
    def wanted=(is_wanted)
      return if is_wanted == @is_wanted || @helpers.empty?

      @is_wanted = is_wanted
      @link.send(is_wanted ? :attach : :detach)
      @link.receive
      await { @helpers.all? { |helper| helper.tracepoint.attached? == is_wanted && follows?(helper) } }
    end

    # A method that is gone has no wrapper, nor has one that has come to light and would be refused.
    def follows?(helper)
      return true if helper.wrapped? == @is_wanted || Show.visibility(helper.target, helper.method_name).nil?

      StaticTracing::Helpers::Refusals.asked?(helper.target.instance_method(helper.method_name))
    end

    def await
      deadline = StaticTracing.nsec + (LIMIT * 1_000_000_000)
      until yield
        raise "the wrappers do not follow the tracer" if StaticTracing.nsec > deadline

        sleep 0.001
      end
    end
  end
end
