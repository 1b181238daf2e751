# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "open3"

# A bar chart of medians with their lowest and highest figures, drawn by gnuplot.
class Plot
  # rows: { label => row of figures }
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
    height = 80 + (24 * @rows.size)
    <<~GNUPLOT
      set terminal svg noenhanced size 860,#{height} font "sans,11" background "white"
      set output "#{path}"
      set title "#{@title}"
      set xlabel "#{@unit}"
      #{"set logscale x" if @log}
      set xrange [#{left}:#{right}]
      set yrange [#{@rows.size - 0.5}:-0.5]
      set grid x
      unset key
      set lmargin #{@rows.keys.map(&:size).max * 0.95}
      $data << END
      #{data.join("\n")}
      END
      plot $data using 2:1:(#{left}):2:($1-0.32):($1+0.32):ytic(5) with boxxyerror \\
        fs solid 0.6 lc rgb "#4477aa", $data using 2:1:3:4 with xerrorbars pt 0 lc rgb "#222222"
    GNUPLOT
  end

  def data
    @rows.each_with_index.map do |(label, row), i|
      [i, *row.values_at("median", "low", "high"), "\"#{label}\""].join(" ")
    end
  end

  def medians
    @rows.values.map { |row| row["median"] }
  end

  def left
    @log ? 10**(Math.log10(medians.select(&:positive?).min) - 0.3).floor : 0
  end

  # Not the highest of all rounds, which would make the bars short.
  def right
    medians.max * (@log ? 2 : 1.25)
  end
end
