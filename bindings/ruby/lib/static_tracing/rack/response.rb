# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  class Rack
    # What is known of a traced request until its body is closed.
    # @api private
    class Response
      # @return [Integer] when the middleware was called
      attr_reader :entry

      # @return [Integer] when it ended
      attr_reader :stop

      # @return [Array] method, path and id
      attr_reader :request

      # @param middleware [Rack]
      # @param env [Hash]
      def initialize(middleware, env)
        @entry = @start = StaticTracing.nsec
        @middleware = middleware
        id = env["action_dispatch.request_id"] || env["HTTP_X_REQUEST_ID"]
        @request = [env["REQUEST_METHOD"], "#{env["SCRIPT_NAME"]}#{env["PATH_INFO"]}", id]
                   .map { |text| Rails::Filters.cut(text) }
        @status = 0
        @bytes = 0
        @is_finished = false
      end

      # The program's own time begins.
      # @return [void]
      def start
        @start = StaticTracing.nsec
      end

      # @return [Integer]
      def overhead
        @start - @entry
      end

      # @return [Object] the body that closes the request
      def answer(status, headers, body)
        @status = status.to_i
        @headers = headers
        Body.new(self, body)
      end

      # @param part [String] of the body
      # @return [void]
      def sent(part)
        @bytes += part.bytesize
      end

      # @return [void]
      def raised
        finish(is_raised: true)
      end

      # Closes the request, once.
      # @return [void]
      def finish(is_raised: false)
        return if @is_finished

        @is_finished = true
        @stop = StaticTracing.nsec
        @is_raised = is_raised
        @middleware.finished(self)
      end

      # @return [Array] the values of `request_finish` after `overhead_ns`
      def values
        [request[0], request[1], @status, @stop - @start, bytes, request[2], @is_raised]
      end

      private

      # A server may send a file without asking for its parts.
      def bytes
        return @bytes unless @bytes.zero? && @headers

        _, length = @headers.find { |name, _| name.to_s.casecmp?("content-length") }
        length.to_i
      end
    end

    # Stands for the body of a traced request. It can what the body can.
    # @api private
    class Body
      # @param response [Response]
      # @param body [#each, #call]
      def initialize(response, body)
        @response = response
        @body = body
      end

      # @yieldparam part [String]
      def each
        return enum_for(:each) unless block_given?

        @body.each do |part|
          @response.sent(part)
          yield part
        end
      end

      # @return [void]
      def close
        @body.close if @body.respond_to?(:close)
      ensure
        @response.finish
      end

      # Rack 3: a body that writes to the stream itself.
      # @param stream [#write]
      def call(stream)
        @body.call(stream)
      ensure
        @response.finish
      end

      # Rack 3: all parts, and the body is closed by it.
      # @return [Array<String>]
      def to_ary
        @body.to_ary.each { |part| @response.sent(part) }
      ensure
        @response.finish
      end

      # @return [Boolean]
      def respond_to?(name, include_all = false) # rubocop:disable Style/OptionalBooleanParameter -- as in Ruby
        return @body.respond_to?(name, include_all) if %i[each call to_ary].include?(name.to_sym)

        super
      end

      # @return [Boolean]
      def respond_to_missing?(name, include_all = false)
        name != :to_str && @body.respond_to?(name, include_all)
      end

      def method_missing(name, ...)
        return super if name == :to_str

        @body.public_send(name, ...)
      end
    end
  end
end
