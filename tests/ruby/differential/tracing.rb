# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # Helpers for a program's methods, which go in and out with the mode.
  class Tracing
    KINDS = {
      latency: -> { StaticTracing::Helpers::Latency }, stack: -> { StaticTracing::Helpers::Stack },
      arguments: -> { StaticTracing::Helpers::Arguments }, calls: -> { StaticTracing::Helpers::Calls },
      own: -> { OwnHelper.get }
    }.freeze

    def initialize
      @helpers = []
      @is_wanted = false
      StaticTracing.configuration.logger = Complaints
    end

    # @return [void]
    def trace(kind, owner, method, singleton: false)
      helper = KINDS.fetch(kind).call
      @helpers << helper.new(owner, method, singleton:, provider: "differential").enable
    rescue StaticTracing::Helpers::InvalidMethodError
      nil # there is no such method, or none that can be traced
    end

    # Puts the wrappers in, or takes them out again.
    # @return [void]
    def flip
      self.wanted = !@is_wanted unless StaticTracing.in_signal_handler?
    end

    # @return [Array<String>] what went wrong
    def finish
      self.wanted = false
      Complaints.all + @helpers.select(&:wrapped?).map { |helper| "still in: #{helper.method_name}" }
    end

    private

    def wanted=(is_wanted)
      @is_wanted = is_wanted
      StaticTracing.configuration.mode = is_wanted ? :on : :auto
    end

    # The wrappers are in all the time.
    class Always < Tracing
      def initialize
        super
        self.wanted = true
      end

      # @return [void]
      def flip; end
    end
  end

  # A helper as a program writes one.
  module OwnHelper
    def self.get
      @get ||= Class.new(StaticTracing::Helpers::Base) do
        arguments size: Integer

        def before(_receiver, *arguments, **options) = arguments.size + options.size
        def after(size, _result, _error) = [size]
      end
    end
  end

  # What the gem logs is an error of its own.
  module Complaints
    @all = []

    class << self
      attr_reader :all

      def info(_line) = nil
      def warn(line) = @all << line
    end
  end
end
