# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # {StaticTracing.measure}: the latency of a block.
    # @api private
    module Measure
      TYPES = { overhead_ns: Integer, method: String, duration_ns: Integer, raised: true }.freeze

      @last = 0
      @refused = {} # what has been complained about

      class << self
        # @return [Object] what the block returns
        def call(provider, probe, &)
          tracepoint = find(provider, probe)
          return yield unless tracepoint&.enabled?

          entry = StaticTracing.nsec
          measure(tracepoint, entry, &)
        end

        private

        def measure(tracepoint, entry)
          raised = false
          start = StaticTracing.nsec
          begin
            yield
          rescue Exception # rubocop:disable Lint/RescueException
            raised = true
            raise
          ensure
            stop = StaticTracing.nsec
            tracepoint.fire(start - entry + @last, tracepoint.name, stop - start, raised)
            @last = StaticTracing.nsec - stop
          end
        end

        # A block that cannot be measured runs all the same.
        def find(provider, probe)
          known = Providers[provider.to_s]
          (known && known.tracepoints[probe.to_s]) || make(provider, probe)
        end

        def make(provider, probe)
          return if @refused[[provider, probe]]

          tracepoint = Tracepoint.new(provider, probe, **TYPES)
          tracepoint.provider.enable unless tracepoint.provider.enabled?
          tracepoint
        rescue Error => e
          @refused[[provider, probe]] = true
          StaticTracing.fault(e) || nil
        end
      end
    end
  end
end
