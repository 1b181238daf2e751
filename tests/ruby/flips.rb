# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# Methods that many threads call while they are traced and not traced in turn.
class Adder
  extend StaticTracing::Helpers

  def add(one, two) = one + two
  def keywords(one, two: 2, &block) = block.call(one + two)
  trace_latency :add, :keywords
end

PROVIDER = StaticTracing::Provider.fetch("adder")
ADD = PROVIDER.tracepoints["add"]
WRONG = Queue.new
$is_done = false

# Starts the threads.
def hammer
  adder = Adder.new
  $threads = Array.new(8) do |n|
    Thread.new do
      i = 0
      until $is_done
        i += 1
        WRONG << i unless adder.add(n, i) == n + i && adder.keywords(n, two: i) { |sum| sum * 2 } == (n + i) * 2
        sleep 0.0002 if (i % 50).zero?
      end
    end
  end
  $threads.size
end

def finish
  $is_done = true
  $threads.each(&:join).size
end

def in_ms(start) = (StaticTracing.nsec - start) / 1_000_000.0

# A tracer opens the image before it attaches.
def flip(count, event, image)
  times = { "in" => [], "out" => [] }
  count.times do
    File.open(image, &:read)
    times.each_with_index do |(way, list), is_out|
      File.write(event, is_out.zero? ? "1" : "0")
      start = StaticTracing.nsec
      await { (Adder.instance_method(:add).owner == Adder) == (way == "out") }
      list << in_ms(start)
    end
  end
  figures = times.map do |way, list|
    list.sort!
    format("%s p50 %.1f p95 %.1f ms", way, list[list.size / 2], list[list.size * 95 / 100])
  end
  "wrong #{WRONG.size} #{figures.join(" ")}"
end
