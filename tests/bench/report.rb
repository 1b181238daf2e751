# frozen_string_literal: true

# SPDX-License-Identifier: MIT
#
# Writes docs/performance.md and its plots from the figures of one run of tests/bench/run.sh.
#
#   ruby report.rb RESULTS.jsonl DOCS-FOLDER

require "json"
require "open3"

# The figures of one run, by part and case.
class Figures
  attr_reader :machine

  def initialize(path)
    rows = File.readlines(path).map { |line| JSON.parse(line) }
    @machine = rows.find { |row| row["part"] == "machine" }
    @rows = rows.reject { |row| row["part"] == "machine" }
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
    above && below && (above.to_f / below).round(2)
  end
end

# What was wanted, and what it is.
class Goals
  # part, case, what it is compared with, the most that was wanted, what that means
  ALL = [
    ["disabled", "usdt_dyn_fire, semaphore", "sys/sdt.h with semaphore", 1.1,
     "a disabled probe, to one of `sys/sdt.h` with semaphore"],
    ["disabled", "usdt_dyn_fire, semaphore", "libstapsdt probeFire", 0.1,
     "a disabled probe, to libstapsdt's `probeFire`"],
    ["enabled", "nop5, 2 arguments", "nop, 2 arguments", 0.35,
     "a hit, to one of a 1-byte nop"],
    ["load", "1 probes, load, memfd", "1 probes, floor", 1.3,
     "load of one probe, to memfd_create, write and dlopen of the same file"]
  ].freeze

  def self.table(figures)
    lines = ["| what | at most | measured |", "|---|---|---|"]
    ALL.each do |part, name, base, limit, meaning|
      ratio = figures.ratio(part, name, base)
      lines << "| #{meaning} | #{limit} | #{ratio || 'not measured in this run'} |"
    end
    lines.join("\n")
  end
end

# A bar chart, drawn by gnuplot.
class Plot
  def initialize(rows, title, unit, log: false)
    @rows = rows
    @title = title
    @unit = unit
    @log = log
  end

  def write(path)
    output, status = Open3.capture2e("gnuplot", stdin_data: script(path))
    raise "gnuplot: #{output}" unless status.success?
  end

  private

  def script(path)
    data = @rows.each_with_index.map { |row, i| [i, row["median"], row["low"], row["high"], quote(row["case"])].join(" ") }
    height = 60 + (26 * @rows.size)
    <<~GNUPLOT
      set terminal svg size 820,#{height} font "sans,11" background "white"
      set output "#{path}"
      set title "#{@title}"
      set xlabel "#{@unit}"
      #{@log ? 'set logscale x' : 'set xrange [0:*]'}
      set yrange [#{@rows.size - 0.5}:-0.5]
      set grid x
      unset key
      set lmargin 44
      $data << END
      #{data.join("\n")}
      END
      plot $data using 2:1:(#{@log ? '1e-1' : '0'}):2:($1-0.32):($1+0.32):ytic(5) with boxxyerror \\
        fs solid 0.6 lc rgb "#4477aa", $data using 2:1:3:4 with xerrorbars pt 0 lc rgb "#222222"
    GNUPLOT
  end

  def quote(text)
    "\"#{text.tr('_', '-')}\""
  end
end

# The page.
class Report
  TITLES = {
    "disabled" => "A probe that nobody looks at",
    "instructions" => "The same, in instructions",
    "enabled" => "A hit while traced",
    "load" => "Adding and loading probes",
    "providers" => "Many providers"
  }.freeze

  TEXTS = {
    "disabled" => "Nanoseconds a pass of a loop around the probe, with two arguments; \"nothing\" is the loop alone.",
    "instructions" => "Instructions a pass, counted by valgrind: these repeat exactly.",
    "enabled" => "Nanoseconds a hit, with one bpftrace that counts all of them (`{ @ = count(); }`; the string is read). " \
                 "The two functions are the kernel's own floor: a uprobe on code that does nothing.",
    "load" => "Microseconds. The floor is memfd_create, write and dlopen of the finished file. Adding is apart from loading.",
    "providers" => "Each provider has one probe. A named file needs no descriptor of its own, a memfd one each."
  }.freeze

  def initialize(figures, folder)
    @figures = figures
    @folder = folder
  end

  def write
    File.write(File.join(@folder, "performance.md"), "#{sections.join("\n\n")}\n")
  end

  private

  def sections
    [head, "## What was wanted", Goals.table(@figures), trap_point] +
      @figures.parts.flat_map { |part| section(part) }
  end

  def head
    machine = @figures.machine
    <<~TEXT.chomp
      # Performance

      Written by `tests/bench/run.sh --write`, which measures all of it again. The cases of a part are measured
      in turn, round after round; a figure is the median, with the lowest and the highest beside it. Compare
      figures with each other, not with those of another machine.

      Measured on #{machine['kernel']}, #{machine['cpu']}, #{machine['cores']} processors, #{machine['bpftrace']},
      #{machine['compiler']}.
    TEXT
  end

  # Is the semaphore worth it, or does the trap point alone do?
  def trap_point
    cost = ->(name) { @figures.median("disabled", name) || "-" }
    hit = ->(name) { @figures.median("enabled", name) || "-" }
    <<~TEXT.chomp
      ## Semaphore or trap point alone?

      A probe without semaphore is a nop that is always run, with its arguments ready. One with semaphore asks
      first.

      | ns | trap point alone (`sys/sdt.h`) | with semaphore (`usdt_dyn_fire`) |
      |---|---|---|
      | disabled, two integers | #{cost['sys/sdt.h without semaphore']} | #{cost['usdt_dyn_fire, semaphore']} |
      | disabled, an argument that costs something to make | #{cost['sys/sdt.h without semaphore, costly argument']} | #{cost['usdt_dyn_fire, semaphore, costly argument']} |
      | a hit, the same instruction (1-byte nop) | #{hit['sys/sdt.h, 2 arguments']} | #{hit['nop, 2 arguments']} |
      | a hit, the instruction chosen for this kernel | - | #{hit['nop5, 2 arguments']} |

      With integers at hand the two are alike. As soon as an argument must be made, a text, a clock, a sum, the
      trap point alone makes it for nobody, every time; the semaphore costs the same as before. Two tracers at one
      probe are counted by the kernel: it stays up until the last has gone (`tests/e2e`, "two tracers").
    TEXT
  end

  def section(part)
    rows = @figures.part(part)
    ["## #{TITLES.fetch(part, part)}", TEXTS[part], plot(part, rows), table(rows)].compact
  end

  def plot(part, rows)
    rows = rows.select { |row| row["low"] && row["unit"] != "x" }
    return if rows.empty? || part == "providers"

    Plot.new(rows, TITLES.fetch(part, part), rows[0]["unit"], log: part == "load").write(
      File.join(@folder, "performance-#{part}.svg")
    )
    "![#{TITLES.fetch(part, part)}](performance-#{part}.svg)"
  end

  def table(rows)
    lines = ["| case | median | low | high | unit |", "|---|---|---|---|---|"]
    rows.each do |row|
      lines << "| #{row['case']} | #{row['median']} | #{row['low']} | #{row['high']} | #{row['unit']} |"
    end
    lines.join("\n")
  end
end

Report.new(Figures.new(ARGV.fetch(0)), ARGV.fetch(1)).write
