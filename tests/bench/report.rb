# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Writes docs/performance.md and its plots from the figures of one run of tests/bench/run.sh.
#
#   ruby report.rb RESULTS.jsonl DOCS-FOLDER

require_relative "figures"
require_relative "goals"
require_relative "machines"
require_relative "plot"
require_relative "sections"

# The page.
class Report
  def initialize(figures, folder)
    @figures = figures
    @folder = folder
    @machines = Machines.new(figures)
  end

  def write
    @machines.save if File.identical?(@folder, File.join(__dir__, "../../docs"))
    File.write(File.join(@folder, "performance.md"), "#{sections.join("\n\n")}\n")
  end

  private

  def sections
    [head, "## Goals", Goals.new(@figures).to_s, trap_point] +
      @figures.parts.flat_map { |part| section(part) } + [@machines.to_s]
  end

  def head
    <<~TEXT.chomp
      # Performance

      Written by `tests/bench/run.sh --write`, which measures everything again. The cases of a section are measured
      in turn, round after round; a figure is the median, next to the lowest and the highest. Compare figures with
      each other, not with those of another machine. The thin line in a plot runs from the lowest to the highest
      figure, and is clipped at the edge of the plot.

      #{@figures.machine.map { |name, value| "- #{name}: #{value}" }.join("\n")}
    TEXT
  end

  # Is the semaphore worth it, or is the trap point alone enough?
  def trap_point
    cost = ->(name) { Figures.show(@figures.median("disabled", name)) }
    hit = ->(name) { Figures.show(@figures.median("enabled", name)) }
    <<~TEXT.chomp
      ## Semaphore or trap point alone?

      A probe without a semaphore is a nop that always runs, with its arguments evaluated. A probe with one checks
      it first.

      | ns | trap point alone (`sys/sdt.h`) | with semaphore (`usdt_dyn_fire`) |
      |---|---|---|
      | disabled, two integers | #{cost["sys/sdt.h without semaphore"]} | #{cost["usdt_dyn_fire, semaphore"]} |
      | disabled, an expensive argument | #{cost["sys/sdt.h without semaphore, costly argument"]} | #{cost["usdt_dyn_fire, semaphore, costly argument"]} |
      | a hit, the same instruction (1-byte nop) | #{hit["sys/sdt.h, 2 arguments"]} | #{hit["nop, 2 arguments"]} |
      | a hit, the instruction chosen for this kernel | - | #{hit["chosen, 2 arguments"]} |

      If the arguments are integers at hand, the semaphore adds only its check. If an argument must be computed (a
      string, a clock, a sum), the trap point alone computes it every time, for nobody; with a semaphore the cost does
      not change. If two tracers attach to one probe, the kernel counts both: the semaphore stays up until the last has
      detached (`tests/e2e`, "two tracers").
    TEXT
  end

  def section(part)
    about = Sections.of(part)
    rows = @figures.part(part)
    result = about.result&.call(@figures)
    ["## #{about.title}", [about.text, result].compact.join(" "), plot(part, about, rows),
     about.columns ? by_column(rows) : table(rows, about)].compact
  end

  def plot(part, about, rows)
    return unless about.plot

    is_column = about.plot.is_a?(String)
    rows = is_column ? column(rows, about.plot) : alike(rows)
    file = "performance-#{part}.svg"
    title = is_column ? "#{about.title}: #{about.plot}" : about.title
    Plot.new(rows, title, rows.values[0]["unit"], log: about.plot == :log).write(File.join(@folder, file))
    "![#{title}](#{file})"
  end

  # { case => figures } of those with the unit of the first.
  def alike(rows)
    rows.select { |row| row["unit"] == rows[0]["unit"] }.to_h { |row| [row["case"], row] }
  end

  # { row => figures } of the cases "ROW: COLUMN".
  def column(rows, name)
    rows.filter_map { |row| [row["case"].delete_suffix(": #{name}"), row] if row["case"].end_with?(": #{name}") }.to_h
  end

  def table(rows, about)
    lines = ["| case | median | low | high | unit |", "|---|---|---|---|---|"]
    lines = ["#{lines[0]} relative to #{about.to} |", "#{lines[1]}---|"] if about.base
    lines += rows.map do |row|
      cells = [row["case"], *row.values_at("median", "low", "high").map { |figure| Figures.show(figure) }, row["unit"]]
      cells << compared(row, about.base.call(row["case"])) if about.base
      "| #{cells.join(" | ")} |"
    end
    lines.join("\n")
  end

  def compared(row, base)
    below = @figures.part(row["part"]).find { |other| other["case"] == base }
    "#{Figures.show(row["median"].to_f / below["median"])} x" if below && below["unit"] == row["unit"]
  end

  # A line for each ROW of the cases "ROW: COLUMN".
  def by_column(rows)
    columns = rows.to_h { |row| [row["case"].sub(/.*: /, ""), row["unit"]] }
    heads = columns.map { |name, unit| unit.empty? ? name : "#{name} (#{unit})" }
    lines = ["| | #{heads.join(" | ")} |", "|---#{"|---" * columns.size}|"]
    rows.group_by { |row| row["case"].sub(/: .*/, "") }.each do |name, cells|
      cells = columns.keys.map { |column| cell(cells.find { |row| row["case"].end_with?(": #{column}") }) }
      lines << "| #{name} | #{cells.join(" | ")} |"
    end
    lines.join("\n")
  end

  def cell(row)
    return "" unless row

    median, low, high = row.values_at("median", "low", "high").map { |figure| Figures.show(figure) }
    low == high ? median : "#{median} (#{low} to #{high})"
  end
end

Report.new(Figures.new(ARGV.fetch(0)), ARGV.fetch(1)).write
