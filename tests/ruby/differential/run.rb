# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# run.rb COUNT [FIRST-SEED]: as many programs, each of which must come to the same with helpers in its methods
# as without the gem. Prints the program of each that does not, cut down to what it takes.
require_relative "comparison"

count = Integer(ARGV.fetch(0))
first = Integer(ARGV.fetch(1, "1"))
# A process with probes waits for the kernel when it ends, so that several at once are done sooner, on one core too.
slices = (first...(first + count)).group_by { |seed| seed % 4 }.values
results = slices.map { |seeds| Differential::Link.from_child { Differential::Comparison.new(seeds).run } }
results = results.map { |link| link.receive || abort("a process of the test has died") }
undecided = results.sum(&:undecided)
seeds = results.flat_map(&:seeds).sort
puts "#{count} programs from seed #{first}: #{undecided} undecided, #{seeds.size} differ"
puts "seeds #{seeds.join(" ")}" if seeds.any?
exit seeds.empty? && undecided < count / 20.0
