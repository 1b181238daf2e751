# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Writes the method that stands in the way of a traced one while a tracer is attached. It takes
    # the parameters of the original where it can: a closure with a splat would cost eight times as much.
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
          const_set(:None, {}.freeze)
        end
      end

      # @return [Signature]
      attr_reader :signature

      # @param method [Symbol]
      # @param original [UnboundMethod]
      # @param is_own [Boolean] see {Signature}
      def initialize(method, original, is_own)
        @method = method
        @is_spelled = SPELLED.match?(method)
        @signature = Signature.new(original, is_own && @is_spelled)
      end

      # @return [String] Ruby source that calls the original with all that the method was given
      def original
        @is_spelled ? "super(#{signature.arguments})" : "usdt_super.call(#{signature.arguments}, &usdt_block)"
      end

      # @param helper [Base]
      # @param body [String] Ruby source
      # @return [UnboundMethod]
      def compile(helper, body)
        home = Home.new(helper)
        if @is_spelled
          source = "def #{@method}(#{signature.parameters})\n#{body}\nend"
          home.module_eval("# frozen_string_literal: true\n#{source}", FILE, 0)
        else
          unspelled(home, body)
        end
        home.instance_method(@method)
      end

      private

      # A name that only define_method can give: the body is a method of another name, which is
      # handed the way to the original.
      def unspelled(home, body)
        home.module_eval(<<~RUBY, FILE, 0)
          def usdt_body(usdt_super, usdt_args, usdt_options, usdt_block)
          #{body}
          end
          usdt_body = instance_method(:usdt_body)
          define_method(#{@method.inspect}) do |*args, **options, &block|
            usdt_body.bind_call(self, ->(*a, **o, &b) { super(*a, **o, &b) }, args, options, block)
          end
        RUBY
      end
    end
  end
end
