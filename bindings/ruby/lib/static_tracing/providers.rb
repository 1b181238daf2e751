# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # All providers of the process, by name.
  module Providers
    extend Enumerable

    @providers = {}.freeze

    class << self
      # @param name [String, Symbol]
      # @return [Provider, nil]
      def [](name)
        @providers[name.to_s]
      end

      # @param name [String, Symbol]
      # @return [Provider]
      # @raise [Provider::ProviderMissingError]
      def fetch(name)
        @providers.fetch(name.to_s) do
          raise Provider::ProviderMissingError, "there is no provider #{name}: register it first"
        end
      end

      # @param name [String, Symbol]
      # @return [Boolean]
      def key?(name)
        @providers.key?(name.to_s)
      end

      # @return [Array<String>]
      def names
        @providers.keys
      end

      # @return [Integer]
      def size
        @providers.size
      end

      # @return [Hash{String => Provider}] a frozen snapshot
      def to_h
        @providers
      end

      # @yieldparam provider [Provider]
      # @return [Enumerator, self]
      def each(&block)
        return enum_for(:each) { size } unless block

        @providers.each_value(&block)
        self
      end

      # @api private
      # @param name [String] a legal name
      # @return [Provider] the one that is there, or a new one
      def register(name)
        @providers[name] || StaticTracing.synchronize do
          @providers[name] || Provider.new(name).tap { |made| @providers = @providers.merge(name => made).freeze }
        end
      end

      # @api private
      # @param provider [Provider]
      # @return [void]
      def forget(provider)
        StaticTracing.synchronize { @providers = @providers.reject { |_, one| one.equal?(provider) }.freeze }
      end
    end
  end
end
