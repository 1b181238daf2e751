# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # Values and classes as text that is the same in every run. Calls no method of the program.
  module Show
    CLASS = Kernel.instance_method(:class)
    NAME = Module.instance_method(:name)
    # Frames of methods in C are where they were called from, which may be a wrapper: they are left out.
    PROGRAM = /\Aprogram:\d+:in [`'](?:block .*|<.*|(?:.*[#.])?(?:m\d|peek|returning))'/
    # Ruby 3.4 counts one more of m(1, *[{k: 2}]) where the method is made by `def`, as a wrapper is.
    MISCOUNTS = RUBY_VERSION >= "3.4"
    # A wrapper that takes the same arguments as the method refuses others in its stead.
    REFUSAL = /wrong number of arguments|(?:unknown|missing) keyword|no keywords accepted/
    # The gem takes the place of these where it has wrappers in.
    CHANGES = %i[private public protected module_function ruby2_keywords alias_method private_class_method
                 public_class_method].freeze

    class << self
      def value(value, depth = 0)
        return "..." if depth > 4

        case value
        when nil, true, false, Integer, Float, Symbol, Range then value.inspect
        when String then kind(value, String) + plain(String.instance_method(:inspect).bind_call(value))
        when Array then kind(value, Array) + array(value, depth)
        when Hash then hash(value, depth)
        when Exception then "#<#{summary(value)}>"
        when Module then module_name(value)
        when Proc then value.lambda? ? "#<lambda>" : "#<proc #{value.arity}>"
        when Method, UnboundMethod then "#<#{value.class} #{value.name}>"
        else object(value, depth)
        end
      end

      # @param error [Exception]
      # @param traced [Array<Symbol>] methods whose own frames are left out
      # @return [String] class, message, cause, and where in the program it was raised
      def error(error, traced)
        cause = Exception.instance_method(:cause).bind_call(error)
        lines = Exception.instance_method(:backtrace).bind_call(error).to_a.grep(PROGRAM).grep_v(frames_of(traced))
        lines = [] if REFUSAL.match?(summary(error))
        "#{summary(error)}#{" (because of #{error(cause, traced)})" if cause}" \
          "#{" at #{lines.join(" ")}" if lines.any?}"
      end

      # @param traced [Array<Symbol>, nil] methods that have wrappers perhaps: what the README lists is left out then
      # @return [Array<String>] all modules of the program, with their methods
      def survey(traced: nil)
        modules = Object.constants.sort.map { |name| Object.const_get(name) if name.match?(/\A[A-Z]\d?\z/) }
        modules.grep(Module).uniq.flat_map { |mod| methods_of(mod, traced) }
      end

      # @return [Symbol, nil] nil if there is no such method
      def visibility(mod, name)
        %i[public protected private].find do |kind|
          Module.instance_method(:"#{kind}_method_defined?").bind_call(mod, name)
        end
      end

      # Without addresses, without what depends on all the names that there are, and without what Ruby says in another
      # way of an object that has a singleton class, or of a class that something was prepended to.
      def plain(text)
        text = text.gsub(/\(given \d+/, "(given") if MISCOUNTS
        text = text.dup.force_encoding("UTF-8").scrub.sub(/\s*Did you mean\?.*/m, "").gsub(/0x\h{6,}/, "0x")
        text.gsub(/not defined in \S+/, "not defined").gsub(/#<Class:#<(\w+):0x>>/, '\1')
            .gsub(/an instance of (\w+)/, '#<\1:0x>').gsub(/^(?:program|\(usdt-ffi\)):\d+: warning/, "warning")
      end

      private

      def summary(error)
        message = Exception.instance_method(:message).bind_call(error)
        "#{module_name(CLASS.bind_call(error))}: #{plain(message.to_s)}"
      end

      def frames_of(methods)
        /in [`'](?:.*[#.])?#{Regexp.union(methods.map(&:name))}'\z/
      end

      def kind(value, plain)
        actual = CLASS.bind_call(value)
        actual.equal?(plain) ? "" : module_name(actual)
      end

      def array(value, depth)
        "[#{Array.instance_method(:map).bind_call(value) { |one| value(one, depth + 1) }.join(", ")}]"
      end

      def hash(value, depth)
        pairs = Hash.instance_method(:to_a).bind_call(value)
        pairs = pairs.map { |pair| pair.map { |one| value(one, depth + 1) }.join("=>") }
        "#{kind(value, Hash)}{#{pairs.join(", ")}}#{"(flagged)" if Hash.ruby2_keywords_hash?(value)}"
      end

      def module_name(mod)
        NAME.bind_call(mod) || plain(Module.instance_method(:inspect).bind_call(mod))
      end

      def object(value, depth)
        name = module_name(CLASS.bind_call(value))
        return name unless Object === value

        variables = Kernel.instance_method(:instance_variables).bind_call(value).sort.map do |variable|
          got = Kernel.instance_method(:instance_variable_get).bind_call(value, variable)
          "#{variable}=#{value(got, depth + 1)}"
        end
        "#<#{[name, *variables].join(" ")}>"
      end

      def methods_of(mod, traced)
        ancestors = Module.instance_method(:ancestors).bind_call(mod).grep_v(overlay)
        lines = ["#{module_name(mod)} < #{ancestors.map { |one| module_name(one) }.join(", ")}"]
        [mod, mod.singleton_class].each do |one|
          %i[public protected private].each do |visibility|
            names = Module.instance_method(:"#{visibility}_instance_methods").bind_call(one, false).sort - traced.to_a
            names.map! { |name| describe(one, name) } unless traced
            lines << "#{module_name(one)} #{visibility}: #{names.join(", ")}"
          end
        end
        lines
      end

      def describe(mod, name)
        method = Module.instance_method(:instance_method).bind_call(mod, name)
        "#{name}/#{method.arity}#{method.parameters} of #{module_name(method.owner)} #{method.original_name} " \
          "#{method.source_location&.then { |file, line| "#{file.sub(%r{.*/}, "")}:#{line}" }}"
      end

      # Matches the modules that the gem prepends.
      def overlay
        ->(mod) { defined?(StaticTracing) && (StaticTracing::Helpers::Overlay === mod) }
      end
    end
  end
end
