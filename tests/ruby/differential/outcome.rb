# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # What a program came to.
  Outcome = Struct.new(:ending, :transcript, :output) do
    # It never ends, or its recursion is as deep as it can be, which is less with wrappers in it.
    # @return [Boolean]
    def undecided?
      transcript.nil? || ended_by_ruby? || lines.any? { |line| line.match?(/SystemStackError|Stage::TooMuch/) }
    end

    # By Ruby 3.1, which does so when somebody traces the probes of Ruby itself just then.
    # @return [Boolean]
    def ended_by_ruby?
      output.include?("rb_dtrace_setup")
    end

    # @return [Array<String>] "number: what was seen"
    def lines
      [*transcript&.map { |number, line| "#{number}: #{line}" }, ending, *output.lines.map(&:chomp)]
    end

    # @param other [Outcome]
    # @return [Array<String>] what is between the lines that both begin and end with
    def difference(other)
      ours, theirs = without_head(lines, other.lines)
      ours, theirs = without_head(ours.reverse, theirs.reverse).map(&:reverse)
      ours.map { |line| "- #{line}" } + theirs.map { |line| "+ #{line}" }
    end

    private

    def without_head(ours, theirs)
      same = ours.zip(theirs).take_while { |one, other| one == other }.size
      [ours.drop(same), theirs.drop(same)]
    end
  end
end
