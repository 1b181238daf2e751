# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # Leaves out of a program what its difference does not need.
  class Shrinking
    # @param chunks [Array<String>]
    # @yieldparam [Array<String>] fewer of them
    # @yieldreturn [Boolean] do these still differ?
    def initialize(chunks, &differs)
      @chunks = chunks
      @differs = differs
    end

    # @return [Array<String>]
    def result
      halves(@chunks.size / 2)
      @chunks.size.times { |number| shorten(@chunks.size - 1 - number) }
      halves(1)
      @chunks
    end

    private

    # Without so many at once, then without half as many.
    def halves(size)
      while size.positive?
        from = @chunks.size - size
        while from > -size
          try(@chunks[0, [from, 0].max] + @chunks[(from + size)..])
          from -= size
        end
        size /= 2
      end
    end

    # Without one line of a chunk after the other.
    def shorten(number)
      lines = @chunks[number].lines
      (lines.size - 2).downto(1) do |line|
        fewer = lines[0, line] + lines[(line + 1)..]
        lines = fewer if try([*@chunks[0, number], fewer.join, *@chunks[(number + 1)..]])
      end
    end

    def try(chunks)
      return false unless @differs.call(chunks)

      @chunks = chunks
      true
    end
  end
end
