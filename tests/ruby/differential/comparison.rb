# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "generator"
require_relative "host"
require_relative "shrinking"

module Differential
  # Runs the programs of some seeds without the gem and in each other mode, and reports what differs.
  class Comparison
    # One of so many programs is run under a real tracer as well, which takes its time to attach.
    TRACED = 25

    # How many programs could not be compared, and which came to something else.
    Result = Struct.new(:undecided, :seeds)

    # @param seeds [Enumerable<Integer>]
    def initialize(seeds)
      @seeds = seeds
      modes = Host::MODES.keys
      modes.delete(:tracer) unless Host::COMMAND
      @hosts = modes.to_h { |mode| [mode, Host.new(mode)] }
      @result = Result.new(0, [])
    end

    # @return [Result]
    def run
      @seeds.each { |seed| compare(seed) }
      @result
    ensure
      @hosts.each_value(&:close)
    end

    private

    def compare(seed)
      chunks = Generator.program(seed)
      modes = @hosts.keys - [:untraced]
      modes.delete(:tracer) unless (seed % TRACED).zero?
      outcomes = outcomes(chunks, [:untraced, *modes])
      plain = outcomes.shift
      return @result.undecided += 1 if plain.undecided?

      mode, traced = modes.zip(outcomes).find { |_, outcome| outcome != plain && !outcome.ended_by_ruby? }
      return unless mode

      @result.seeds << seed
      chunks = Shrinking.new(chunks) do |fewer|
        pair = different(fewer, mode)
        plain, traced = pair if pair
        pair
      end.result
      report(seed, mode, chunks, plain.difference(traced))
    end

    def outcomes(chunks, modes)
      modes.each { |mode| @hosts[mode].start(chunks) }
      modes.map { |mode| @hosts[mode].outcome }
    end

    # The two outcomes, if they differ.
    def different(chunks, mode)
      plain, traced = outcomes(chunks, [:untraced, mode])
      [plain, traced] unless plain.undecided? || plain == traced || traced.ended_by_ruby?
    end

    def report(seed, mode, chunks, difference)
      program = chunks.each_with_index.map { |chunk, number| "#{number}:  #{chunk.gsub("\n", "\n    ")}" }
      $stdout.write("seed #{seed}, #{mode}: the program comes to something else while it is traced\n\n",
                    program.join("\n"), "\n\nwithout the gem (-), traced (+), by the number of the line above:\n",
                    difference.join("\n"), "\n\n")
      $stdout.flush
    end
  end
end
