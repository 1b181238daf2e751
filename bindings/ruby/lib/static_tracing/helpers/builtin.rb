# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # How long a method took: `overhead_ns`, `method`, `duration_ns`, `raised`.
    class Latency < Base
      arguments duration_ns: Integer, raised: true

      OVERHEAD = "usdt_start - usdt_entry + usdt_told - usdt_end + Usdt.last"
      private_constant :OVERHEAD

      private

      def body(wrapper, kind)
        <<~RUBY
          usdt_entry = #{Wrapper::CLOCK}
          usdt_raised = false
          usdt_start = #{Wrapper::CLOCK}
          begin
            #{wrapper.original}
          rescue ::Exception
            usdt_raised = true
            ::Kernel.raise
          ensure
            usdt_end = #{Wrapper::CLOCK}
            begin
              usdt_told = #{Wrapper::CLOCK}
              #{fire(kind, OVERHEAD, "usdt_end - usdt_start", "usdt_raised")}
              Usdt.last = #{Wrapper::CLOCK} - usdt_told
            rescue ::StandardError
              nil # in a Ractor that is not the main one the time cannot be kept
            end
          end
        RUBY
      end
    end

    # What the helpers have in common that fire before the method runs.
    # @api private
    class AtEntry < Base
      private

      def body(wrapper, kind)
        <<~RUBY
          begin
            usdt_entry = #{Wrapper::CLOCK}
            #{"usdt_value = #{value(wrapper)}" if value(wrapper)}
            usdt_told = #{Wrapper::CLOCK}
            #{fire(kind, "usdt_told - usdt_entry + Usdt.last", *("usdt_value" if value(wrapper)))}
            Usdt.last = #{Wrapper::CLOCK} - usdt_told
          rescue ::StandardError
            nil # in a Ractor that is not the main one the time cannot be kept
          end
          #{wrapper.original}
        RUBY
      end

      # Ruby source of the value that the probe has besides, if it has.
      def value(_wrapper); end
    end

    # That a method is called: `overhead_ns`, `method`.
    class Calls < AtEntry
    end

    # From where a method is called: `overhead_ns`, `method`, `stack`, one frame a line, the
    # innermost first, at most {FRAMES} frames and {BYTES} bytes.
    class Stack < AtEntry
      # The most frames.
      FRAMES = 64
      # The most bytes.
      BYTES = 8192

      arguments stack: String

      # @api private
      # @param frames [Array<String>]
      # @return [String]
      def self.text(frames)
        frames.reject { |frame| frame.start_with?(Wrapper::FILE) }.join("\n").byteslice(0, BYTES)
      end

      private

      def value(_wrapper)
        "::StaticTracing::Helpers::Stack.text(::Kernel.caller(1, #{FRAMES}))"
      end
    end

    # With what a method is called: `overhead_ns`, `method`, `arguments` as inspect shows them, at
    # most {BYTES} bytes.
    class Arguments < AtEntry
      # The most bytes in all.
      BYTES = 1024
      # The most bytes of one argument.
      ARGUMENT_BYTES = 200
      # The most elements of an Array or a Hash that is inspected in whole.
      ELEMENTS = 20
      # Is an inspect under way in this Fiber? It may call a traced method.
      BUSY = :usdt_ffi_inspects
      private_constant :BUSY

      arguments arguments: String

      class << self
        # @api private
        # @return [String]
        def text(*arguments, **options)
          return "..." if Thread.current[BUSY]

          Thread.current[BUSY] = true
          begin
            texts = arguments.map { |value| describe(value) }
            options.each { |key, value| texts << "#{key}: #{describe(value)}" }
            texts.join(", ").byteslice(0, BYTES)
          ensure
            Thread.current[BUSY] = nil
          end
        end

        private

        def describe(value)
          (brief(value) || value.inspect).byteslice(0, ARGUMENT_BYTES)
        rescue StandardError, NotImplementedError, SystemStackError
          "#<#{class_of(value)}>"
        end

        # Of what may be long only as much as is shown.
        def brief(value)
          case value
          when String then value.byteslice(0, ARGUMENT_BYTES).inspect
          when Array then "#<Array of #{value.size}>" if value.size > ELEMENTS
          when Hash then "#<Hash of #{value.size}>" if value.size > ELEMENTS
          end
        end

        # A BasicObject does not tell.
        def class_of(value)
          Kernel.instance_method(:class).bind_call(value)
        end
      end

      private

      def value(wrapper)
        "::StaticTracing::Helpers::Arguments.text(#{wrapper.signature.arguments})"
      end
    end
  end
end
