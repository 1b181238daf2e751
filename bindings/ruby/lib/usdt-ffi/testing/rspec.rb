# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Testing
    # For RSpec; built on its matcher protocol alone.
    #
    #   RSpec.configure { |config| config.include StaticTracing::Testing::Matchers }
    #   expect { checkout.pay(order) }.to fire_probe("orders:created").with(42, String).times(1)
    module Matchers
      # @param probe [String, Tracepoint] "provider:tracepoint"
      # @return [FireProbe]
      def fire_probe(probe)
        FireProbe.new(probe)
      end
    end

    # The matcher that {Matchers#fire_probe} makes.
    class FireProbe
      # @param probe [String, Tracepoint]
      def initialize(probe)
        @probe = Testing.name_of(probe)
        @with = nil
        @times = nil
      end

      # @param values [Array] each compared with ===
      # @return [self]
      def with(*values)
        @with = values
        self
      end

      # @param count [Integer] how often exactly
      # @return [self]
      def times(count)
        @times = count
        self
      end

      # @param block [Proc] what RSpec was given
      # @return [Boolean]
      def matches?(block)
        @events = Testing.record(&block)
        count = Testing.matching(@events, @probe, @with).size
        @times ? count == @times : count.positive?
      end

      # @return [Boolean] true: it is for blocks
      def supports_block_expectations?
        true
      end

      # @return [String]
      def description
        "fire #{@probe}#{" with #{@with.inspect}" if @with}#{" #{@times} times" if @times}"
      end

      # @return [String]
      def failure_message
        "expected to #{description}, but #{Testing.list(@events)}"
      end

      # @return [String]
      def failure_message_when_negated
        "expected not to #{description}, but #{Testing.list(@events)}"
      end
    end
  end
end
