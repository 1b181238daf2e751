# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# What the gem costs: run by ruby.sh, which attaches the tracer.
#
#   ruby ruby.rb LIBRARY-WITH-bench_hits_ns DIVIDE-THE-WORK-BY
$LOAD_PATH.unshift File.expand_path("../../bindings/ruby/lib", __dir__)
require "usdt-ffi"
require "ffi"

$stdout.sync = true
CALLS = 100_000 / ARGV[1].to_i
ROUNDS = ARGV[1] == "1" ? 100 : 3

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

# The same method four times.
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
        StaticTracing::Provider.fetch("bench_class").tracepoints["traced"].fire(0, "traced", StaticTracing.nsec - start, false)
        result
      end
    end)
  end
end

# Loops compiled from source, so that nothing but the call is in them.
class Cases
  # cases: name => [receiver, call as source]; `i` counts.
  def initialize(cases, count)
    @count = count
    @loops = { nil => [self, nil] }.merge(cases).transform_values { |receiver, call| compile(receiver, call) }
  end

  # By name, in ns for each call, without the loop: the least of all rounds, as others on the machine
  # only add.
  def figures
    times = @loops.transform_values { [] }
    ROUNDS.times { @loops.each { |name, work| times[name] << time(work) } }
    least = times.transform_values(&:min)
    floor = least.delete(nil)
    least.transform_values { |figure| figure - floor }
  end

  private

  def compile(receiver, call)
    call = "me.#{call};" if call
    receiver.instance_eval("lambda { |n| me = me = self; i = 0; while i < n; #{call} i += 1; end }", __FILE__, __LINE__)
  end

  def time(work)
    start = StaticTracing.nsec
    work.call(@count)
    (StaticTracing.nsec - start).to_f / @count
  end
end

def show(name, value, base, base_name)
  puts format("%-58s %8.1f ns   %5.2f of %s", name, value, value / base, base_name)
end

PLAIN = Plain.new
METHODS = {
  "untouched" => [BenchClasses::Untouched.new, "traced(i)"],
  "instrumented" => [BenchClasses::BenchClass.new, "traced(i)"],
  "always wrapped" => [BenchClasses::AlwaysWrapped.new, "traced(i)"]
}.freeze

def show_methods(state)
  figures = Cases.new(METHODS, CALLS / 4).figures
  base = figures.fetch("untouched")
  show("an instrumented method, #{state}", figures.fetch("instrumented"), base, "the method without")
  show("the same, always wrapped as in ruby-static-tracing", figures.fetch("always wrapped"), base, "the method without")
end

def wait_until
  sleep 0.01 until yield
end

puts "# #{RUBY_DESCRIPTION}"
idle = Cases.new({ "empty 2" => [PLAIN, "two(1, i)"], "empty 0" => [PLAIN, "none"],
                   "fire" => [TWO, "fire(1, i)"], "enabled?" => [TWO, "enabled?"] }, CALLS).figures
show("a disabled fire of two integers", idle.fetch("fire"), idle.fetch("empty 2"), "an empty method with two arguments")
show("a disabled enabled?", idle.fetch("enabled?"), idle.fetch("empty 0"), "an empty method")
before = GC.stat(:total_allocated_objects)
1000.times { |i| TWO.fire(1, i) }
puts format("%-58s %8d", "objects allocated by 1000 disabled fires", GC.stat(:total_allocated_objects) - before)
show_methods("never traced")
puts "idle done"

wrapped = -> { BenchClasses::BenchClass.instance_method(:traced).owner != BenchClasses::BenchClass }
wait_until { TWO.enabled? && wrapped.call }
hits = [CALLS / 100, 20].max
c_rounds = []
ruby_rounds = []
ROUNDS.times do
  c_rounds << (Hits.bench_hits_ns(TWO.address, hits).to_f / hits)
  start = StaticTracing.nsec
  i = 0
  while i < hits
    TWO.fire(1, i)
    i += 1
  end
  ruby_rounds << ((StaticTracing.nsec - start).to_f / hits)
end
c, ruby = [c_rounds, ruby_rounds].map(&:min)
show("a traced fire of two integers", ruby, c, "the same hit in C")
puts format("%-58s %8.1f ns", "what Ruby adds to the hit", ruby - c)
CALLS_TRACED = [CALLS / 40, 20].max
traced = Cases.new(METHODS, CALLS_TRACED).figures
show("an instrumented method, while traced", traced.fetch("instrumented"), traced.fetch("untouched"), "the method without")
puts "traced done"

wait_until { !TWO.enabled? && !wrapped.call }
show_methods("after a tracer came and went")
