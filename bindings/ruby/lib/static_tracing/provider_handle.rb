# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  class Provider
    # Owns the C library's provider and gives it back when the Ruby one, which every tracepoint
    # holds, is collected.
    # @api private
    class Handle
      # @param name [String]
      # @return [Handle]
      # @raise [USDTError]
      def self.make(name)
        StaticTracing.synchronize do
          place = FFI::MemoryPointer.new(:pointer)
          Library.check(Native.usdt_dyn_provider_new(place, name))
          new(place.read_pointer)
        end
      end

      # At the end of the process finalizers run in any order, and others may still fire: there the
      # system gives the memory back.
      # @param address [Integer]
      # @return [Proc] that does not hold the handle
      def self.releaser(address)
        lambda do |_id|
          Native.usdt_dyn_provider_free(FFI::Pointer.new(address)) unless @is_exiting
        end
      end

      @is_exiting = false
      at_exit { @is_exiting = true }

      # @param pointer [FFI::Pointer]
      def initialize(pointer)
        @pointer = pointer
        ObjectSpace.define_finalizer(self, Handle.releaser(pointer.address))
      end

      # For FFI: what is passed to C.
      # @return [FFI::Pointer]
      def to_ptr
        @pointer
      end

      # @param name [String]
      # @param arguments [Hash{String => Types::Type}]
      # @return [Integer] the address of the probe
      # @raise [USDTError]
      def add_probe(name, arguments)
        place = FFI::MemoryPointer.new(:pointer)
        # struct usdt_dyn_arg: the address of the name, the type, padding
        packed = arguments.flat_map { |key, type| [key, type.code] }.pack("plx4" * arguments.size)
        Library.check(Native.usdt_dyn_provider_add_probe(@pointer, place, name, packed, arguments.size))
        place.read_pointer.address
      end
    end
    private_constant :Handle
  end
end
