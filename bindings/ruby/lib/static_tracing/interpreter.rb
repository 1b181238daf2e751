# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # The functions of CRuby itself that make a method of a C function. FFI takes longer to call a
  # function than a tracer takes to be told of a fire, if the processor's caches are cold; CRuby's own
  # call does not.
  # @api private
  module Interpreter
    extend FFI::Library
    ffi_lib FFI::CURRENT_PROCESS
    attach_function :rb_path2class, [:string], :size_t
    attach_function :rb_define_singleton_method, %i[size_t string pointer int], :void
    attach_function :rb_ext_ractor_safe, [:bool], :void

    # What rb_define_singleton_method() takes for any number of arguments.
    ANY_NUMBER = -1

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
  end
end
