# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Middleware for programs without Rails: `use StaticTracing::Rack`. Without a tracer it looks at two
  # semaphores and hands the request on.
  #
  # Its probes are `rack:request_start`, and `rack:request_finish` when the body is closed. A request
  # whose program raises has the status 0.
  class Rack
    # The arguments of `request_start`.
    START = { overhead_ns: Integer, method: String, path: String, request_id: String }.freeze
    # The arguments of `request_finish`.
    FINISH = { overhead_ns: Integer, method: String, path: String, status: Integer, duration_ns: Integer,
               bytes: Integer, request_id: String, raised: true }.freeze

    # @param app [#call]
    # @param provider [String, Symbol]
    def initialize(app, provider: "rack")
      @app = app
      @start = Tracepoint.new(provider, "request_start", **START)
      @finish = Tracepoint.new(provider, "request_finish", **FINISH)
      @start.provider.enable
      @last = 0
    end

    # @param env [Hash]
    # @return [Array] the response
    def call(env)
      return @app.call(env) unless @finish.enabled? || @start.enabled?

      traced(env)
    end

    # @api private
    # @param response [Response]
    # @return [void]
    def finished(response)
      told = StaticTracing.nsec
      @finish.fire(response.overhead + told - response.stop + @last, *response.values)
      @last = StaticTracing.nsec - told
    rescue StandardError => e
      complain(e)
    end

    private

    def traced(env)
      response = begin_response(env) or return @app.call(env)
      status, headers, body = @app.call(env)
      [status, headers, response.answer(status, headers, body)]
    rescue Exception # rubocop:disable Lint/RescueException -- it is raised again
      response&.raised
      raise
    end

    def begin_response(env)
      response = Response.new(self, env)
      @start.fire(StaticTracing.nsec - response.entry, *response.request)
      response.start
      response
    rescue StandardError => e
      complain(e)
    end

    def complain(error)
      StaticTracing.log(:warn, "Rack: #{error.class}: #{error.message}")
      nil
    end
  end
end

require_relative "rack/response"
