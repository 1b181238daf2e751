# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "json"

# The figures of one run, by part and case.
class Figures
  attr_reader :machine

  def initialize(path)
    rows = File.readlines(path).map { |line| JSON.parse(line) }
    @machine, @rows = rows.partition { |row| row["part"] == "machine" }
    @machine = @machine.first.except("part")
  end

  def part(name)
    @rows.select { |row| row["part"] == name }
  end

  def parts
    @rows.map { |row| row["part"] }.uniq
  end

  def median(part, name)
    row = @rows.find { |r| r["part"] == part && r["case"] == name }
    row && row["median"]
  end

  # One figure in terms of another of the same part.
  def ratio(part, name, base)
    above = median(part, name)
    below = median(part, base)
    above && below && (above.to_f / below)
  end

  # For people: no more digits than can be measured, thousands apart.
  def self.show(figure)
    return "" if figure.nil?
    return format("%.3g", figure) if figure.abs < 100

    figure.round.to_s.gsub(/(?<=\d)(?=(\d{3})+$)/, ",")
  end
end
