# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Writes the method that stands in the way of a traced one while a tracer is attached. It takes
    # the parameters of the original where it can and calls it with a bare `super`: a closure with
    # a splat would cost eight times as much.
    #
    # What it names begins with :: or is the constant Usdt of its module, so that it works in
    # BasicObjects; it holds nothing that only the main Ractor may touch.
    # @api private
    class Wrapper
      # As source_location tells it.
      FILE = "(usdt-ffi)"
      CLOCK = "::Process.clock_gettime(::Process::CLOCK_MONOTONIC, :nanosecond)"
      # What `def` can spell.
      SPELLED = %r{\A(?:[[:alpha:]_][[:alnum:]_]*[?!=]?|\[\]=?|[+\-!~]@?|\*\*?|[/%&|^<>]|
                   <=>|<<|>>|[<>]=|===?|=~|!=|!~)\z}x

      # The module of a wrapper; wrapped methods reach it as Usdt.
      class Home < Module
        # @return [Base]
        attr_reader :helper

        # @return [Integer] ns that the last hit spent after it had told its overhead
        attr_accessor :last

        # @param helper [Base]
        def initialize(helper)
          super()
          @helper = helper
          @last = 0
          const_set(:Usdt, self)
        end
      end

      # @return [String, nil] Ruby source: an expression before the call, in `usdt_before`
      attr_reader :before

      # @param method [Symbol]
      # @param original [UnboundMethod]
      def initialize(method, original)
        @method = method
        @original = original
      end

      # @return [String] what hands the method's arguments on: "a0, a1" or "..."
      def arguments
        fixed? ? variables.join(", ") : "..."
      end

      # @param helper [Base]
      # @param body [String] Ruby source, with `super` where the original is called
      # @return [UnboundMethod]
      def compile(helper, body)
        home = Home.new(helper)
        if SPELLED.match?(@method)
          home.module_eval("# frozen_string_literal: true\n#{define(body)}", FILE, 0)
        else
          unspelled(home, body)
        end
        home.instance_method(@method)
      end

      private

      def fixed?
        @original.parameters.all? { |kind, _| %i[req block].include?(kind) } && SPELLED.match?(@method)
      end

      def variables
        Array.new(@original.parameters.count { |kind, _| kind == :req }) { |i| "a#{i}" }
      end

      # A bare super hands on the parameters and the block, but not those of "...".
      def define(body)
        body = body.gsub(/\bsuper\b/, "super(...)") unless fixed?
        "def #{@method}(#{arguments})\n#{body}\nend"
      end

      # A name that only define_method can give: the body is a method of another name, which is
      # handed the way to the original.
      def unspelled(home, body)
        body = body.gsub(/\bsuper\b/, "usdt_super.call(...)").gsub("(...)", "(*usdt_args, **usdt_options, &usdt_block)")
                   .gsub("...", "*usdt_args, **usdt_options")
        name = @method
        home.module_eval("def usdt_body(usdt_super, usdt_args, usdt_options, usdt_block)\n#{body}\nend", FILE, 0)
        around = home.instance_method(:usdt_body)
        home.define_method(name) do |*args, **options, &block|
          around.bind_call(self, ->(*a, **o, &b) { super(*a, **o, &b) }, args, options, block)
        end
      end
    end
  end
end
