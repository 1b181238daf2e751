# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "json"
require_relative "figures"

# What a hit costs on each machine that the page was written on. The runs are kept in machines.json, one for
# each kind of processor, since a trap costs ten times as much on one as on another.
class Machines
  FILE = File.join(__dir__, "machines.json")
  HITS = { "sdt" => "sys/sdt.h, 2 arguments", "chosen" => "chosen, 2 arguments",
           "nop5" => "nop5, 2 arguments", "floor" => "uprobe on a function, nop5" }.freeze

  # @param figures [Figures] of this run
  def initialize(figures)
    @all = JSON.parse(File.read(FILE))
    hits = HITS.transform_values { |name| figures.median("enabled", name) }
    return unless hits.values.all?

    about = figures.machine.slice("processor", "kernel", "date")
    @all = @all.reject { |machine| machine["processor"] == about["processor"] } << about.merge(hits)
  end

  def save
    File.write(FILE, "#{JSON.pretty_generate(@all)}\n")
  end

  def to_s
    <<~TEXT.chomp
      ## A hit on other machines

      A trap is cheap on one machine and expensive on another. The runs that this page was written from, one for each
      processor: a hit of the 1-byte site, which this library uses on kernels before the 10-byte kind, relative to one of
      `sys/sdt.h`; and of the 5-byte site, on request, relative to the first and to the kernel's own floor for it.

      | processor | kernel | date | `sys/sdt.h` (ns) | 1-byte site, to `sys/sdt.h` | 5-byte site, to the 1-byte site | to its floor |
      |---|---|---|---|---|---|---|
      #{@all.map { |machine| row(machine) }.join("\n")}
    TEXT
  end

  private

  def row(machine)
    ratios = [%w[chosen sdt], %w[nop5 chosen], %w[nop5 floor]].map do |above, below|
      Figures.show(machine[above].to_f / machine[below])
    end
    "| #{[*machine.values_at("processor", "kernel", "date"), Figures.show(machine["sdt"]), *ratios].join(" | ")} |"
  end
end
