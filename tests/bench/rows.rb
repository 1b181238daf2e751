# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "json"

# Rows of figures as measure.c prints them: a line of JSON each.
module Rows
  # A hundredth of the work, only to see that it runs.
  QUICK = ENV["BENCH_QUICK"] == "1"

  module_function

  def print(part, name, unit, figures)
    low, high = figures.minmax
    row(part, name, unit, figures, low, high)
  end

  # With the interval that holds the true median in 95 of 100 runs, by the ranks between which it lies
  # (binomial), in place of the lowest and the highest.
  def print_interval(part, name, unit, figures)
    sorted = figures.sort
    n = sorted.size
    rank = ((n / 2.0) - (1.96 * Math.sqrt(n) / 2)).floor.clamp(0, n - 1)
    row(part, name, unit, figures, sorted[rank], sorted[n - 1 - rank])
  end

  def median(figures)
    sorted = figures.sort
    (sorted[(sorted.size - 1) / 2] + sorted[sorted.size / 2]) / 2.0
  end

  def row(part, name, unit, figures, low, high)
    puts JSON.generate(part:, case: name, unit:, median: short(median(figures)), low: short(low),
                       high: short(high), rounds: figures.size)
  end

  # Four digits are more than can be measured.
  def short(figure)
    figure.zero? ? 0 : figure.round(3 - Math.log10(figure.abs).floor)
  end
end
