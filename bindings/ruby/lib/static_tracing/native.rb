# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # The functions of libusdt-dyn, one to one. A probe travels as the Integer of its address, so that
  # it can be used in any Ractor; results below zero are negative errnos.
  # @api private
  module Native
    extend FFI::Library

    # What is asked before anything else: name, argument types, result.
    IDENTITY = [[:usdt_dyn_version, [], :string]].freeze

    FUNCTIONS = [
      [:usdt_dyn_supported, [], :int],
      [:usdt_dyn_last_error, [], :string],
      [:usdt_dyn_provider_new, %i[pointer string], :int],
      [:usdt_dyn_provider_add_probe, %i[pointer pointer string buffer_in size_t], :int],
      [:usdt_dyn_provider_load, [:pointer], :int],
      [:usdt_dyn_provider_unload, [:pointer], :int],
      [:usdt_dyn_provider_free, [:pointer], :void],
      [:usdt_dyn_provider_path, [:pointer], :string],
      [:usdt_dyn_probe_semaphore, [:size_t], :pointer],
      [:usdt_dyn_probe_fire, %i[size_t buffer_in size_t], :void],
      [:usdt_dyn_watch_new, [:pointer], :int],
      [:usdt_dyn_watch_add, %i[pointer pointer], :int],
      [:usdt_dyn_watch_wait_near, %i[pointer bool int], :int, { blocking: true }],
      [:usdt_dyn_watch_free, [:pointer], :void]
    ].freeze

    # What CRuby calls itself, without FFI.
    METHODS = %i[usdt_dyn_probe_fire_tagged].freeze

    # @param functions [Array] rows of {IDENTITY} or {FUNCTIONS}
    # @raise [FFI::NotFoundError] if the library has no such function
    def self.attach(functions)
      functions.each { |name, arguments, result, options| attach_function(name, arguments, result, **options.to_h) }
    end

    # @param names [Array<Symbol>] {METHODS}
    # @raise [FFI::NotFoundError] if the library has no such function
    def self.attach_methods(names)
      library = ffi_libraries.first
      names.each do |name|
        function = library.find_function(name.to_s) || raise(FFI::NotFoundError.new(name.to_s, library.name))
        Interpreter.define_method_of(self, name, function)
      end
    end
  end
end
