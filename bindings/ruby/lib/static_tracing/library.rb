# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Finds and opens libusdt-dyn once, and says why where there is none that can trace.
  # @api private
  module Library
    SONAME = "libusdt-dyn.so.0"
    ENVIRONMENT = "USDT_DYN_LIB"
    BUNDLED = File.expand_path("../usdt-ffi/#{SONAME}", __dir__).freeze
    ADVICE = "install libusdt-dyn, or give its path in #{ENVIRONMENT}".freeze

    @lock = Mutex.new
    @is_known = false

    class << self
      # @return [Boolean] can probes be traced here?
      def supported?
        reason.nil?
      end

      # @return [String, nil] why not; nil where they can
      def reason
        return @reason if @is_known

        @lock.synchronize do
          @reason = find_reason unless @is_known
          @is_known = true
        end
        @reason
      end

      # Opens the library.
      # @return [String, nil] what is wrong with each of the places where it could be; nil if it is open
      def missing
        problems = candidates.map { |path| try(path) || (return nil) }
        "#{problems.join("; ")}: #{ADVICE}"
      end

      # @param result [Integer] what a C function returned
      # @raise [USDTError] if that is a negative errno
      def check(result)
        raise USDTError.new(Native.usdt_dyn_last_error, -result) if result.negative?

        result
      end

      private

      def find_reason
        return "#{RUBY_PLATFORM} has no USDT probes: they need Linux" unless RUBY_PLATFORM.include?("linux")
        return "#{RUBY_ENGINE} is not supported: use CRuby" unless RUBY_ENGINE == "ruby"

        missing || (Native.usdt_dyn_last_error if Native.usdt_dyn_supported.zero?)
      end

      # The path that the user gave counts alone; else the library in the gem, else the system's.
      def candidates
        given = ENV.fetch(ENVIRONMENT, "")
        return [given] unless given.empty?

        [*(BUNDLED if File.exist?(BUNDLED)), SONAME]
      end

      # Returns nil, or what is wrong with this one.
      def try(path)
        require "ffi"
        require_relative "interpreter"
        require_relative "native"
        Native.ffi_lib(path)
        Native.attach(Native::IDENTITY)
        version = Native.usdt_dyn_version
        return "#{path} has version #{version}, but #{VERSION.rpartition(".").first}.x is needed" unless fits?(version)

        Native.attach(Native::FUNCTIONS)
        Native.attach_methods(Native::METHODS)
        nil
      rescue LoadError, FFI::NotFoundError => e
        "#{path}: #{e.message.tr("\n", " ")}"
      end

      # While the major version is 0, a minor version may change what a program was made for.
      def fits?(version)
        version.split(".").first(2) == VERSION.split(".").first(2)
      end
    end
  end
end
