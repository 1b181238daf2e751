# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Testing
    # For Minitest::Test and all that is built on it.
    #
    #   include StaticTracing::Testing::Assertions
    #   assert_fired("orders:created", with: [42, String]) { checkout.pay(order) }
    module Assertions
      # The block fires the probe.
      # @param probe [String, Tracepoint] "provider:tracepoint"
      # @param with [Array, nil] the values, each compared with ===; any if not given
      # @param times [Integer, nil] how often; at least once if not given
      # @return [Array<Event>] those that match
      def assert_fired(probe, with: nil, times: nil, &block)
        probe = Testing.name_of(probe)
        events = Testing.record(&block)
        found = Testing.matching(events, probe, with)
        wanted = "#{probe}#{" #{with.inspect}" if with} #{times ? "#{times} times" : "at least once"}"
        assert(times ? found.size == times : found.any?, "Expected #{wanted}, but #{Testing.list(events)}")
        found
      end

      # The block does not fire the probe.
      # @param probe [String, Tracepoint] "provider:tracepoint"
      # @param with [Array, nil] the values, each compared with ===; any if not given
      # @return [void]
      def refute_fired(probe, with: nil, &block)
        assert_fired(probe, with:, times: 0, &block)
      end
    end
  end
end
