# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Asks modules by Ruby's own methods: a program's class may have others of these names, such as
    # `def self.send`, or an `inspect` that asks the database.
    # @api private
    module Reflect
      METHODS = %i[alias_method ancestors frozen? inspect instance_method prepend private private_method_defined?
                   protected protected_method_defined? public public_instance_methods public_method_defined?
                   singleton_class singleton_class?].to_h do |name|
        [name, Module.instance_method(name)]
      end.freeze
      TO_S = Kernel.instance_method(:to_s)
      private_constant :METHODS, :TO_S

      class << self
        # @param mod [Module]
        # @param method [Symbol] of {METHODS}
        # @return [Object] what Ruby's own method returns
        def ask(mod, method, *arguments)
          METHODS.fetch(method).bind_call(mod, *arguments)
        end

        # @param mod [Module]
        # @param method [Symbol]
        # @return [Symbol, nil] :public, :protected or :private; nil if there is no such method
        def visibility(mod, method)
          %i[public protected private].find { |kind| ask(mod, :"#{kind}_method_defined?", method) }
        end

        # @param owner [Module, Object]
        # @param is_singleton [Boolean] is it the owner's singleton class that is meant?
        # @return [String] as Ruby inspects it where the program has no say
        def label(owner, is_singleton)
          name = Module === owner ? ask(owner, :inspect) : TO_S.bind_call(owner)
          is_singleton ? "#<Class:#{name}>" : name
        end
      end
    end
  end
end
