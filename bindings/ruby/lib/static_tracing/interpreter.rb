# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Functions of CRuby itself, for what Ruby has no methods for.
  # @api private
  module Interpreter
    extend FFI::Library
    ffi_lib FFI::CURRENT_PROCESS
    attach_function :rb_path2class, [:string], :size_t
    attach_function :rb_define_singleton_method, %i[size_t string pointer int], :void
    attach_function :rb_ext_ractor_safe, [:bool], :void
    attach_function :rb_intern, [:string], :size_t
    attach_function :rb_ivar_set, %i[size_t size_t size_t], :size_t
    callback :inspector, %i[pointer pointer], :size_t
    attach_function :rb_debug_inspector_open, %i[inspector pointer], :size_t
    attach_function :rb_debug_inspector_frame_binding_get, %i[pointer long], :size_t

    # Where Ruby code that is not the program's is.
    NOT_OF_THE_PROGRAM = /\A(?:#{Regexp.escape(__dir__)}|<internal:)/

    # What rb_define_singleton_method() takes for any number of arguments.
    ANY_NUMBER = -1

    # Makes a method of a C function. FFI takes longer to call a function than a tracer takes to be told
    # of a fire, if the processor's caches are cold; CRuby's own call does not.
    # @param owner [Module] with a name
    # @param name [Symbol]
    # @param function [FFI::Pointer] of C: (int, const VALUE *, VALUE) to VALUE
    # @return [void]
    def self.define_method_of(owner, name, function)
      rb_ext_ractor_safe(true) # counts for the methods that this thread defines
      rb_define_singleton_method(rb_path2class(owner.name), name.to_s, function, ANY_NUMBER)
    ensure
      rb_ext_ractor_safe(false)
    end

    # @return [Binding] of the program's code that has called the gem's
    def self.binding_of_program
      own_value = rb_path2class(name)
      ProcessHooks.undisturbed do
        rb_debug_inspector_open(lambda do |frames, _|
          # A frame of C, as the first is, has none.
          1.step do |index|
            rb_ivar_set(own_value, rb_intern("@binding"), rb_debug_inspector_frame_binding_get(frames, index))
            break if @binding && !NOT_OF_THE_PROGRAM.match?(@binding.source_location.first)
          end
          0
        end, nil)
        @binding
      ensure
        @binding = nil
      end
    end
  end
end
