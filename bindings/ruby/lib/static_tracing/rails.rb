# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Probes of what ActiveSupport::Notifications tells: requests, SQL, views, the cache, jobs, mail, and
  # events of the program's own. Of all of them nothing runs but while a tracer is attached.
  #
  # In a Rails program the {Railtie} calls {install}; with ActiveSupport alone call it yourself.
  module Rails
    # The provider of the probes.
    DEFAULT_PROVIDER = "rails"

    @probes = {}
    @provider = nil
    @filters = {}

    class << self
      # @return [Hash{String => Notification}] by the name of the probe
      attr_reader :probes

      # Makes the probes and shows them to tracers. Again: adds what is not there yet.
      # @param provider [String, Symbol, Module]
      # @param probes [Array<Symbol>] of {Events::ALL}
      # @param filters [Hash{Symbol => #call}] in the place of some of {Filters::DEFAULTS}
      # @return [void]
      # @raise [ArgumentError] for a probe that there is not
      def install(provider: self.provider, probes: Events::ALL.keys, filters: {})
        unknown = probes.map(&:to_sym) - Events::ALL.keys
        raise ArgumentError, "no probes #{unknown}: there are #{Events::ALL.keys.join(", ")}" if unknown.any?

        @provider = provider
        @filters = Filters::DEFAULTS.merge(filters.to_h)
        Provider.load_together do
          probes.each do |name|
            event = Events::ALL.fetch(name.to_sym)
            add(name, event.names, event.arguments, &event.reader)
          end
        end
      end

      # A probe of any event. Its arguments are `overhead_ns`, the keys, `duration_ns` and `raised`; its
      # name is the event's with _ for what no name can have: `charge_billing`.
      # @example
      #   StaticTracing::Rails.probe "charge.billing", :customer, amount: Integer
      # @param event [String]
      # @param keys [Array<Symbol>] of the payload, as Strings
      # @param typed_keys [Hash{Symbol => Class}] those of another type
      # @return [Tracepoint]
      # @raise [InvalidNameError, Tracepoint::InvalidArgumentError]
      def probe(event, *keys, **typed_keys)
        types = keys.to_h { |key| [key, String] }.merge(typed_keys)
        name = event.gsub(/[^A-Za-z0-9_]/, "_").sub(/\A(?=\d)/, "_")
        add(name, [event], { **types, duration_ns: Integer, raised: true }) do |payload, duration, _event|
          [*types.map { |key, type| convert(payload[key], type) }, duration, payload.key?(:exception)]
        end
      end

      # @return [String, Symbol, Module]
      def provider
        @provider ||= defined?(Railtie) && ::Rails.application ? Railtie.provider : DEFAULT_PROVIDER
      end

      # @api private
      # @param kind [Symbol] :path, :sql or :key
      # @param text [Object]
      # @return [String]
      def filter(kind, text)
        Filters.cut(@filters.fetch(kind).call(Filters.cut(text)))
      end

      # @api private
      # @return [Boolean] not switched off in the environment?
      def allowed?
        !%w[0 false off no].include?(ENV.fetch("STATIC_TRACING", "").downcase)
      end

      private

      def add(name, events, arguments, &)
        tracepoint = Tracepoint.new(provider, name, overhead_ns: Integer, **arguments)
        return tracepoint unless allowed?

        StaticTracing.synchronize do
          tracepoint.provider.enable
          @probes[tracepoint.name] ||= Notification.new(tracepoint, events, &).enable
        end
        tracepoint
      end

      def convert(value, type)
        return Filters.cut(value) if [String, Symbol, :string].include?(type)
        return value ? true : false if [true, false, :bool].include?(type)
        return value.to_f if [Float, :double].include?(type)

        value.to_i
      end
    end
  end
end

require_relative "rails/filters"
require_relative "rails/notification"
require_relative "rails/events"
