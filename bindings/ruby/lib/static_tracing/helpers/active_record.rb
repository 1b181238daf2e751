# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # How long a model takes to be found and written:
    #
    #   class Order < ApplicationRecord
    #     extend StaticTracing::Helpers::ActiveRecord
    #     trace_model                       # or some: trace_model :save, :find
    #   end
    #
    # makes the probes `order:find`, `order:save` and so on: see {Latency}.
    module ActiveRecord
      include Helpers

      # Methods of the class.
      FINDERS = %i[find find_by create create!].freeze
      # Methods of a record.
      WRITERS = %i[save save! update update! destroy destroy!].freeze

      # @param methods [Array<Symbol>] of {FINDERS} and {WRITERS}; all if none is given
      # @return [void]
      def trace_model(*methods)
        methods = FINDERS + WRITERS if methods.empty?
        finders, writers = methods.partition { |name| FINDERS.include?(name) }
        Provider.load_together do
          trace_latency(*finders, singleton: true, provider: Names.provider(self)) if finders.any?
          trace_latency(*writers) if writers.any?
        end
      end
    end
  end
end
