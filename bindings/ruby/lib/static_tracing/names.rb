# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  # Names that every tracer can read, made from Ruby's.
  # @api private
  module Names
    LEGAL = /\A[A-Za-z_][A-Za-z0-9_]*\z/
    # What the C library takes, in bytes.
    LONGEST = 127

    @lock = Mutex.new
    @modules = {} # name of a provider => full name of the module that it was made from

    class << self
      # @param kind [String] provider, tracepoint or argument
      # @param name [String, Symbol]
      # @return [String] the name, frozen
      # @raise [InvalidNameError] if a tracer could not read it
      def check(kind, name)
        name = name.to_s
        return -name if name.bytesize <= LONGEST && LEGAL.match?(name)

        raise InvalidNameError, "#{name.inspect} is no name for a #{kind}: use letters, digits and _, " \
                                "no digit first, at most #{LONGEST} bytes"
      end

      # @param given [String, Symbol, Module] a module gives its right-most name in lower snake case
      # @return [String] the name of a provider
      def provider(given)
        Module === given ? for_module(given) : check("provider", given)
      end

      # @param word [String] HTTPServer
      # @return [String] http_server
      def snake(word)
        word.gsub(/([A-Z\d]+)([A-Z][a-z])/, '\1_\2').gsub(/([a-z\d])([A-Z])/, '\1_\2').downcase
            .gsub(/[^a-z0-9_]/) { |other| format("_%x", other.ord) }
      end

      private

      # Two modules with the same right-most name do not share a provider: the second one's name
      # takes as much of its path as makes it different.
      def for_module(mod)
        full = mod.name or raise InvalidNameError, "#{mod.inspect} has no name: give the provider one"
        @lock.synchronize { @modules.key(full) || choose(full) }
      end

      def choose(full)
        parts = full.split("::").map { |part| snake(part) }
        names = (1..parts.size).map { |count| parts.last(count).join("_") }
        name = names.find { |one| !@modules.key?(one) } ||
               raise(InvalidNameError, "#{full}: all of #{names.join(", ")} are other modules' names: give it one")
        check("provider", name)
        @modules[name] = full
        tell(full, name, names.first) if name != names.first
        name
      end

      def tell(full, name, shortest)
        StaticTracing.log(:warn, "#{full} is the provider #{name}: #{shortest} is #{@modules[shortest]}")
      end
    end
  end
end
