# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "rails"
require_relative "../rails"

module StaticTracing
  module Rails
    # Makes the probes when the program is initialised: in a server that forks its workers before
    # that in each of them, else once before, and the workers have them.
    #
    #   # config/initializers/static_tracing.rb; without it all is as here
    #   Rails.application.config.static_tracing.tap do |tracing|
    #     tracing.enabled = true               # or STATIC_TRACING=0 in the environment
    #     tracing.provider = "rails"           # :application: the program's own name
    #     tracing.probes = %i[request sql job] # all, if not given
    #     tracing.filters[:sql] = ->(sql) { sql }
    #   end
    class Railtie < ::Rails::Railtie
      config.static_tracing = ::ActiveSupport::OrderedOptions.new
      config.static_tracing.enabled = true
      config.static_tracing.provider = DEFAULT_PROVIDER
      config.static_tracing.probes = Events::ALL.keys
      config.static_tracing.filters = {}

      initializer "static_tracing.logger", after: :initialize_logger do
        StaticTracing.configuration.logger ||= ::Rails.logger
      end

      config.after_initialize { |app| Railtie.filter(app.config.filter_parameters) }

      initializer "static_tracing.sidekiq" do |app|
        app.config.after_initialize { Sidekiq.install if Railtie.wanted? && defined?(::Sidekiq) }
      end

      config.after_initialize { |app| Railtie.install(app) }

      class << self
        # @api private
        # @return [String, Symbol, Module]
        def provider
          app = ::Rails.application
          chosen = app.config.static_tracing.provider
          chosen == :application ? app.class.module_parent : chosen
        end

        # @api private
        # @return [Boolean]
        def wanted?
          ::Rails.application.config.static_tracing.enabled && Rails.allowed?
        end

        # What Rails filters of parameters the helpers filter too; a block of it is not called.
        # @api private
        # @param parameters [Array<Symbol, String, Regexp, Proc>] as "card.number" within other parameters
        # @return [void]
        def filter(parameters)
          names = parameters.grep_v(Proc).map { |name| Regexp === name ? name : name.to_s[/[^.]*\z/] }
          StaticTracing.configuration.filtered |= names
        end

        # What is wrong with it is logged: the program starts all the same.
        # @api private
        # @param app [::Rails::Application]
        # @return [void]
        def install(app)
          return unless wanted?

          options = app.config.static_tracing
          Rails.install(provider:, probes: options.probes, filters: options.filters)
        rescue Error, ArgumentError => e
          StaticTracing.log(:warn, "no probes for Rails: #{e.message}")
        end
      end
    end
  end
end
