# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# What the gem costs: run by ruby.sh, which attaches the tracer.
#
#   ruby ruby.rb LIBRARY-WITH-bench_hits_ns
$LOAD_PATH.unshift File.expand_path("../../bindings/ruby/lib", __dir__)
require "usdt-ffi"
require "ffi"
require "active_support"
require "active_support/notifications"
require_relative "rows"

$stdout.sync = true
CALLS = Rows::QUICK ? 1000 : 100_000
ROUNDS = Rows::QUICK ? 3 : 51

# The C side.
module Hits
  extend FFI::Library
  ffi_lib ARGV[0]
  attach_function :bench_hits_ns, %i[size_t uint64], :uint64
end

TWO = StaticTracing::Tracepoint.new("bench_fire", "two", Integer, Integer)
TWO.provider.enable

# Nothing but a method.
class Plain
  def none; end
  def two(_one, _two); end
end

# The same method, once for each way to learn of its calls.
module BenchClasses
  class Untouched
    def traced(one) = one
  end

  class BenchClass
    extend StaticTracing::Helpers
    def traced(one) = one
    trace_latency :traced
  end

  # As ruby-static-tracing does it: the wrapper is always there, and finds its probe at each call.
  class AlwaysWrapped
    def traced(one) = one
    prepend(Module.new do
      def traced(*args, &block)
        start = StaticTracing.nsec
        result = super
        tracepoint = StaticTracing::Provider.fetch("bench_class").tracepoints["traced"]
        tracepoint.fire(0, "traced", StaticTracing.nsec - start, false)
        result
      end
    end)
  end

  class Pointed
    def traced(one) = one
  end
end

# One way to call: the loop around it, and what is on meanwhile.
Call = Struct.new(:receiver, :source, :point) do
  # Compiled from source, so that nothing but the call is in the loop; `i` counts.
  def compile
    call = "me.#{source};" if source
    @loop = receiver.instance_eval("lambda { |n| me = me = self; i = 0; while i < n; #{call} i += 1; end }",
                                   __FILE__, __LINE__ - 1)
  end

  def time(count)
    point&.call(true)
    start = StaticTracing.nsec
    @loop.call(count)
    (StaticTracing.nsec - start).to_f / count
  ensure
    point&.call(false)
  end
end

# Measures calls in turn, and prints each without the loop around it.
def measure(part, calls, count)
  calls = { nil => Call.new(self) }.merge(calls)
  calls.each_value(&:compile)
  times = calls.transform_values { [] }
  ROUNDS.times { calls.each { |name, call| times[name] << call.time(count) } }
  loop_alone = Rows.median(times.delete(nil))
  times.each { |name, figures| Rows.print(part, name, "ns", figures.map { |figure| figure - loop_alone }) }
end

def methods(state)
  { "plain method, #{state}" => Call.new(BenchClasses::Untouched.new, "traced(i)"),
    "trace_latency, #{state}" => Call.new(BenchClasses::BenchClass.new, "traced(i)"),
    "always wrapped, #{state}" => Call.new(BenchClasses::AlwaysWrapped.new, "traced(i)") }
end

def done(what)
  puts "#{what} done"
end

def wait_until
  sleep 0.01 until yield
end

PLAIN = Plain.new
wait_until { !StaticTracing::Fire.near? }
measure("ruby", {
          "empty method" => Call.new(PLAIN, "none"),
          "empty method, 2 arguments" => Call.new(PLAIN, "two(1, i)"),
          "enabled?" => Call.new(TWO, "enabled?"),
          "fire, 2 integers" => Call.new(TWO, "fire(1, i)"),
          "fire with a block" => Call.new(TWO, "fire { [1, i] }"),
          "ActiveSupport::Notifications.instrument, 2 values" =>
            Call.new(ActiveSupport::Notifications, "instrument(\"bench\", one: 1, two: i)")
        }, CALLS)
allocated = lambda do
  before = GC.stat(:total_allocated_objects)
  1000.times { |i| TWO.fire(1, i) }
  GC.stat(:total_allocated_objects) - before
end
allocated.call # the first time, Ruby fills its caches
Rows.print("ruby", "objects allocated by 1000 fires", "objects", Array.new(ROUNDS) { allocated.call })
measure("ruby-methods", methods("never traced"), CALLS / 4)
File.open(TWO.provider.path) { wait_until { StaticTracing::Fire.near? } }
measure("ruby", { "fire, 2 integers, after an open of the image" => Call.new(TWO, "fire(1, i)") }, CALLS)
done("idle")

wrapped = -> { BenchClasses::BenchClass.instance_method(:traced).owner != BenchClasses::BenchClass }
wait_until { TWO.enabled? && wrapped.call }
hits = [CALLS / 100, 20].max
rounds = Array.new(ROUNDS) do
  c = Hits.bench_hits_ns(TWO.address, hits).to_f / hits
  fire = Call.new(TWO, "fire(1, i)").tap(&:compile).time(hits)
  [c, fire]
end
Rows.print("ruby-traced", "a hit in C, 2 integers", "ns", rounds.map(&:first))
Rows.print("ruby-traced", "fire, 2 integers", "ns", rounds.map(&:last))
Rows.print("ruby-traced", "what Ruby adds to the hit", "ns", rounds.map { |c, fire| fire - c })
measure("ruby-methods", methods("while traced"), [CALLS / 100, 20].max)
done("traced")

wait_until { !TWO.enabled? && !wrapped.call }
measure("ruby-methods", methods("after a tracer"), CALLS / 4)

# Last, since a TracePoint for all methods leaves calls slower for as long as the process lives.
one = TracePoint.new(:call) { nil }
all = TracePoint.new(:call) { nil }
target = BenchClasses::Pointed.instance_method(:traced)
measure("ruby-methods", {
          "a TracePoint at this method" =>
            Call.new(BenchClasses::Pointed.new, "traced(i)", ->(on) { on ? one.enable(target:) : one.disable }),
          "a TracePoint for all methods" =>
            Call.new(BenchClasses::Pointed.new, "traced(i)", ->(on) { on ? all.enable : all.disable })
        }, CALLS / 4)
measure("ruby-methods", methods("after a TracePoint"), CALLS / 4)
