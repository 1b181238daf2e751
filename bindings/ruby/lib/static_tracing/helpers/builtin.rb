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
          usdt_raised = true
          usdt_start = #{Wrapper::CLOCK}
          begin
            usdt_result = #{wrapper.original}
            usdt_raised = false
            usdt_result
          ensure
            usdt_raised &&= $! ? true : false # not if it was left by a break or a throw
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
    # innermost first, at most {FRAMES} frames and {BYTES} bytes. The last line is {CUT} if there are more.
    class Stack < AtEntry
      # The most frames.
      FRAMES = 64
      # The most bytes. The kernel has less than 4096 for all arguments of a probe together.
      BYTES = 3072
      # The last line of a stack that has been cut.
      CUT = "..."

      arguments stack: String

      # @api private
      # @param frames [Array<String>]
      # @return [String]
      def self.text(frames)
        shown = frames.first(FRAMES).reject { |frame| frame.start_with?(Wrapper::FILE) }
        left = BYTES - CUT.bytesize
        fitting = shown.take_while { |frame| (left -= frame.bytesize + 1) >= 0 }
        fitting << CUT if fitting.size < shown.size || frames.size > FRAMES
        fitting.join("\n")
      end

      private

      def value(_wrapper)
        "::StaticTracing::Helpers::Stack.text(::Kernel.caller(1, #{FRAMES + 1}))"
      end
    end

    # With what a method is called: `overhead_ns`, `method`, `arguments`, at most {BYTES} bytes. Numbers,
    # texts, `nil`, `true`, `false`, classes, and Arrays and Hashes of such are shown as `inspect` does; of
    # another object its class and its `object_id`, so that no code of the program runs, unless
    # {Configuration#inspectable} has it. See {Configuration#filtered} for what is left out.
    class Arguments < AtEntry
      # The most bytes in all.
      BYTES = 1024
      # The most bytes of one argument.
      ARGUMENT_BYTES = 200

      arguments arguments: String

      class << self
        # The first parameter is a {Signature#names}; the block is the method's, and comes with "...".
        # @api private
        # @return [String]
        def text((first, last), *arguments, **options, &)
          show = Show.new(BYTES, ARGUMENT_BYTES)
          behind = arguments.size
          arguments.each do |value|
            name = behind <= last.size ? last[-behind] : first[arguments.size - behind]
            behind -= 1
            show.show(value, name) or return show.text
          end
          options.each { |key, value| show.show_pair(key, value) or break }
          show.text
        end
      end

      private

      def value(wrapper)
        values = [wrapper.signature.names.inspect, wrapper.signature.arguments].reject(&:empty?).join(", ")
        "::StaticTracing::Helpers::Arguments.text(#{values})"
      end
    end
  end
end
