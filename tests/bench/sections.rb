# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "figures"

# What the page says of each part of a run.
#
#   title, text
#   result   a sentence made from the figures, nil without them
#   base     the case that a case is compared with in the last column, and `to`, what that is called
#   plot     true, :log, or the name of the column that is drawn
#   columns  true if a case is "ROW: COLUMN"
module Sections
  Section = Struct.new(:title, :text, :result, :base, :to, :plot, :columns, keyword_init: true)

  def self.times(figures, part, name, base)
    ratio = figures.ratio(part, name, base)
    ratio && Figures.show(ratio)
  end

  ALL = {
    "disabled" => Section.new(
      title: "A probe that nobody looks at",
      text: "Nanoseconds a pass of a loop around the probe, with two arguments; \"nothing\" is the loop alone. " \
            "The costly argument is a text that is made with `snprintf()`.",
      base: ->(_) { "nothing" }, to: "nothing", plot: :log
    ),
    "instructions" => Section.new(
      title: "The same, in instructions",
      text: "Instructions a pass, counted by valgrind: these repeat exactly.",
      base: ->(_) { "nothing" }, to: "nothing"
    ),
    "enabled" => Section.new(
      title: "A hit while traced",
      text: "Nanoseconds a hit, with one bpftrace that counts all of them (`{ @ = count(); }`; the string is " \
            "read). The two functions are the kernel's own floor: a uprobe on code that does nothing, begun " \
            "with `push` as compilers do, and with the 5-byte nop that kernels from 6.18 to 7.1 turn into a call. " \
            "nop and nop5 are sites that this library can make; chosen is the one that it takes on this kernel: " \
            "the fastest that every child survives (docs/reliability.md, The 5-byte site).",
      result: lambda do |f|
        own = times(f, "enabled", "chosen, 2 arguments", "sys/sdt.h, 2 arguments")
        fast = times(f, "enabled", "nop5, 2 arguments", "chosen, 2 arguments")
        floor = times(f, "enabled", "nop5, 2 arguments", "uprobe on a function, nop5")
        own && "With two arguments a hit costs #{own} of one of sys/sdt.h. The 5-byte nop would cost #{fast} of " \
               "it on this machine, and #{floor} of its own floor."
      end,
      base: ->(_) { "nop, 2 arguments" }, to: "nop, 2 arguments", plot: true
    ),
    "first load" => Section.new(
      title: "The first load of a process",
      text: "A process that has done nothing with the library before adds probes to one provider and loads " \
            "it. Its memory is new, and the kernel has to find each page when it is touched first; on a " \
            "virtual machine that can be most of the time. These page faults are counted, and their time is " \
            "the count by the time of one, taken in the same process from memory that nothing else uses.",
      columns: true
    ),
    "load" => Section.new(
      title: "Adding and loading probes",
      text: "One provider, in a process that has loaded before. The floor is memfd_create, write and dlopen of " \
            "the finished file. Adding is apart from loading. The ratio is the median of the rounds' ratios.",
      plot: :log, columns: true
    ),
    "providers" => Section.new(
      title: "Many providers",
      text: "Each provider has one probe. A named file needs no descriptor of its own, a memfd one each.",
      columns: true
    ),
    "ruby" => Section.new(
      title: "Ruby: a probe that nobody looks at",
      text: "Nanoseconds a call, without the loop around it. ActiveSupport's notification has no subscriber.",
      base: ->(_) { "empty method, 2 arguments" }, to: "an empty method, 2 arguments", plot: true
    ),
    "ruby-methods" => Section.new(
      title: "Ruby: knowing of the calls of a method",
      text: "Nanoseconds a call of the same method: as it is; with `trace_latency`, which puts its wrapper in the " \
            "way only while somebody traces; and with a wrapper that is always there and finds its probe at each " \
            "call, as ruby-static-tracing has it. Ruby's own TracePoint runs a block that does nothing, and tells " \
            "nobody outside the process. The last column compares with the method as it is at that time.",
      base: ->(name) { "plain method, #{name[/(?<=, )(never|while|after).*/] || "after a TracePoint"}" },
      to: "the plain method", plot: :log
    ),
    "ruby-traced" => Section.new(
      title: "Ruby: a hit while traced",
      text: "The same probe of the same process, fired by Ruby and by a loop in C, in turn; bpftrace counts. The " \
            "difference is the median of the rounds' differences."
    ),
    "rails" => Section.new(
      title: "Ruby: a Rails program",
      text: "The tests' Rails program under Puma with one thread: without the gem, with it, and with bpftrace at " \
            "its requests, SQL and views. Three servers are asked in turn. A ratio is the median of the turns' " \
            "ratios, and its low and high are the interval that holds the true median in 95 of 100 runs; " \
            "\"without to itself\" is what the machine does by itself."
    ),
    "list" => Section.new(
      title: "The command: listing",
      text: "The time to list the probes of a running process, one with a single probe and a Ruby.",
      base: ->(name) { name.sub(/.*, /, "usdt-dyn list -p, ") }, to: "usdt-dyn", plot: true
    ),
    "trace" => Section.new(
      title: "The command: tracing as fast as a program can fire",
      text: "200,000 events with a number and a text, at each tracer in turn, as text into a file. What an event " \
            "costs the program is the hit; the tracer's processor time is that of all it does, from its start to " \
            "its end. usdt-dyn has 32 MiB of buffers a processor, the others are given as much; bpftrace also " \
            "has its own default. perf record writes its file first, and perf script makes the text of it.",
      plot: "shown a second", columns: true
    ),
    "trace-steady" => Section.new(
      title: "The command: tracing 20,000 events a second",
      text: "The same for a second of events at a steady rate. Start and end count more here.",
      columns: true
    ),
    "watch" => Section.new(
      title: "Watches",
      text: "A thread that waits on a watch: how often it wakes in vain, how soon it knows of a tracer, and what " \
            "one look costs. The delays are to a thread that looks at the semaphore five times a millisecond, " \
            "which on a busy machine is itself late at times."
    )
  }.freeze

  # One that the page does not know is shown all the same.
  def self.of(part)
    ALL.fetch(part) { Section.new(title: part, text: "") }
  end
end
