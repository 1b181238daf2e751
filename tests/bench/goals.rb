# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "figures"

# The goals, the figures, and the reason where a goal is not reached.
class Goals
  Goal = Struct.new(:meaning, :limit, :unit, :figure, :reason, keyword_init: true)

  def self.goal(meaning, limit, unit = "", reason: nil, &figure)
    Goal.new(meaning:, limit:, unit:, figure:, reason:)
  end

  # The figure of each is found in the figures of a run; nil if it was not measured.
  ALL = [
    goal("a disabled probe, relative to one of `sys/sdt.h` with semaphore", 1.1) do |f|
      f.ratio("disabled", "usdt_dyn_fire, semaphore", "sys/sdt.h with semaphore")
    end,
    goal("a disabled `usdt_dyn_emit`, relative to `usdt_dyn_fire`, in instructions", 1) do |f|
      f.ratio("instructions", "usdt_dyn_emit, disabled", "usdt_dyn_fire, static handle")
    end,
    goal("a traced `usdt_dyn_emit`, relative to `usdt_dyn_fire`", 1.02) do |f|
      f.ratio("enabled", "chosen, usdt_dyn_emit", "chosen, usdt_dyn_fire")
    end,
    goal("a disabled probe, relative to libstapsdt's `probeFire`", 0.1) do |f|
      f.ratio("disabled", "usdt_dyn_fire, semaphore", "libstapsdt probeFire")
    end,
    goal("a hit, relative to one of `sys/sdt.h`", 1.1) do |f|
      f.ratio("enabled", "chosen, 2 arguments", "sys/sdt.h, 2 arguments")
    end,
    goal("a hit of the 5-byte nop, relative to the kernel's own floor for it", 1.2) do |f|
      f.ratio("enabled", "nop5, 2 arguments", "uprobe on a function, nop5")
    end,
    goal("a hit with a string, relative to one without", 1.25) do |f|
      f.ratio("enabled", "chosen, a string read", "chosen, 2 arguments")
    end,
    goal("load of one probe, relative to memfd_create, write and dlopen of the same file", 1.3) do |f|
      f.median("load", "1 probe: load to floor")
    end,
    goal("load of 10,000 probes", 10, "ms") do |f|
      f.median("load", "10000 probes: load, named file")&./(1000.0)
    end,
    goal("the same, as the first load of a process", 10, "ms",
         reason: "The kernel must provide the memory of a new process page by page: see the faults in " \
                 "[the first load of a process](#the-first-load-of-a-process).") do |f|
      f.median("first load", "10000 probes: load")&./(1000.0)
    end,
    goal("load per probe with 10,000 probes, relative to 1,000 probes", 1.1) do |f|
      f.ratio("load", "10000 probes: load, named file", "1000 probes: load, named file")&./(10)
    end,
    goal("address space of a provider with one probe", 4, "pages") do |f|
      f.median("providers", "1000 providers, named file: address space of one")
    end,
    goal("wake-ups of a watch in 10 s while no tracer is attached", 0) do |f|
      f.median("watch", "wake-ups in 10 s while nobody traces")
    end,
    goal("delay within which a watch notices 95 of 100 attaches", 20, "ms") do |f|
      f.median("watch", "attach noticed after, 95 of 100 within")&./(1000.0)
    end,
    goal("`usdt-dyn list -p` of a Ruby process, relative to `bpftrace -l -p`", 0.1) do |f|
      f.ratio("list", "usdt-dyn list -p, ruby", "bpftrace -l -p, ruby")
    end,
    goal("Ruby: a disabled `fire` of two integers, relative to an empty method with two arguments", 1.5) do |f|
      f.ratio("ruby", "fire, 2 integers", "empty method, 2 arguments")
    end,
    goal("Ruby: a disabled `enabled?`, relative to an empty method", 1.5) do |f|
      f.ratio("ruby", "enabled?", "empty method")
    end,
    goal("Ruby: objects allocated by 1,000 disabled fires", 0) do |f|
      f.median("ruby", "objects allocated by 1000 fires")
    end,
    goal("Ruby: what a traced `fire` adds to the same hit in C", 400, "ns") do |f|
      f.median("ruby-traced", "what Ruby adds to the hit")
    end
  ].freeze

  def initialize(figures)
    @figures = figures
  end

  def to_s
    lines = ["| goal | at most | measured | |", "|---|---|---|---|"]
    lines += ALL.map do |goal|
      "| #{goal.meaning} | #{"#{goal.limit} #{goal.unit}".strip} | #{measured(goal)} | #{verdict(goal)} |"
    end
    [lines.join("\n"), *reasons].join("\n\n")
  end

  private

  def measured(goal)
    figure = goal.figure.call(@figures)
    figure ? "#{Figures.show(figure)} #{goal.unit}".strip : "not measured in this run"
  end

  def verdict(goal)
    figure = goal.figure.call(@figures)
    return "" unless figure

    figure <= goal.limit ? "reached" : "**not reached**"
  end

  def reasons
    missed = ALL.select { |goal| verdict(goal).include?("not") && goal.reason }
    return if missed.empty?

    ["Reasons:", missed.map { |goal| "- #{goal.meaning}: #{goal.reason}" }.join("\n")]
  end
end
