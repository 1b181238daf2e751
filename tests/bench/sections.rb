# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "figures"

# What the page says about each part of a run.
#
#   title, text
#   result   a sentence made from the figures, nil without them
#   base     the case that a case is compared with in the last column, and `to`, the name of that case
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
      title: "An untraced probe",
      text: "Nanoseconds per pass of a loop around the probe, with two arguments; \"nothing\" is the empty loop. " \
            "The costly argument is a string formatted with `snprintf()`.",
      base: ->(_) { "nothing" }, to: "nothing", plot: :log
    ),
    "instructions" => Section.new(
      title: "The same, in instructions",
      text: "Instructions per pass, counted by valgrind. These repeat exactly.",
      base: ->(_) { "nothing" }, to: "nothing"
    ),
    "enabled" => Section.new(
      title: "A hit while traced",
      text: "Nanoseconds per hit, with one bpftrace that counts all hits (`{ @ = count(); }`; in the rows with a " \
            "string it also reads that). The two functions are the kernel's own floor: a uprobe on a function that " \
            "does nothing and starts with `push`, as compilers write it, or with the 5-byte nop that kernels from " \
            "6.18 to 7.1 turn into a call. nop and nop5 are sites that this library can make; chosen is the one " \
            "that it uses on this kernel: the fastest that every child survives (docs/reliability.md, The 5-byte " \
            "site).",
      result: lambda do |f|
        own = times(f, "enabled", "chosen, 2 arguments", "sys/sdt.h, 2 arguments")
        fast = times(f, "enabled", "nop5, 2 arguments", "chosen, 2 arguments")
        floor = times(f, "enabled", "nop5, 2 arguments", "uprobe on a function, nop5")
        own && "With two arguments a hit costs #{own} times as much as one of sys/sdt.h. On this machine the " \
               "5-byte nop costs #{fast} times as much as the chosen site, and #{floor} times its own floor."
      end,
      base: ->(_) { "nop, 2 arguments" }, to: "nop, 2 arguments", plot: true
    ),
    "first load" => Section.new(
      title: "The first load of a process",
      text: "A process that has not used the library before adds probes to one provider and loads it. Its memory " \
            "is new, and the kernel has to provide each page when it is first touched; on a virtual machine that " \
            "can be most of the time. The time of these page faults is their number times the time of one, " \
            "measured in the same process on memory that nothing else uses.",
      columns: true
    ),
    "load" => Section.new(
      title: "Adding and loading probes",
      text: "One provider, in a process that has loaded before. The floor is memfd_create, write and dlopen of " \
            "the finished file. Adding is measured separately. The ratio is the median of the rounds' ratios.",
      plot: :log, columns: true
    ),
    "providers" => Section.new(
      title: "Many providers",
      text: "Each provider has one probe. A memfd needs a descriptor each, a named file none.",
      columns: true
    ),
    "ruby" => Section.new(
      title: "Ruby: an untraced probe",
      text: "Nanoseconds per call, without the loop around it. ActiveSupport's notification has no subscriber.",
      base: ->(_) { "empty method, 2 arguments" }, to: "an empty method, 2 arguments", plot: true
    ),
    "ruby-methods" => Section.new(
      title: "Ruby: tracing the calls of a method",
      text: "Nanoseconds per call of the same method: plain; with `trace_latency`, whose wrapper is there only while " \
            "a tracer is attached; and with a permanent wrapper that looks up its probe at each call, as in " \
            "ruby-static-tracing. Ruby's own TracePoint runs an empty block, and reports to nobody outside the " \
            "process. The last column compares with the plain method at the same time.",
      base: ->(name) { "plain method, #{name[/(?<=, )(never|while|after).*/] || "after a TracePoint"}" },
      to: "the plain method", plot: :log
    ),
    "ruby-traced" => Section.new(
      title: "Ruby: a hit while traced",
      text: "The same probe of the same process, fired in turn by Ruby and by a loop in C, while bpftrace counts. " \
            "The difference is the median of the rounds' differences."
    ),
    "rails" => Section.new(
      title: "Ruby: a Rails application",
      text: "The tests' Rails application under Puma with one thread: without the gem, with it, and with bpftrace " \
            "attached to its requests, SQL and views. The three servers take turns. A ratio is the median of the " \
            "turns' ratios; its low and high are the 95 % confidence interval of the median. \"without to " \
            "itself\" is the noise of the machine."
    ),
    "list" => Section.new(
      title: "The command: listing",
      text: "The time to list the probes of a running process: of one with a single probe, and of a Ruby process.",
      base: ->(name) { name.sub(/.*, /, "usdt-dyn list -p, ") }, to: "usdt-dyn", plot: true
    ),
    "trace" => Section.new(
      title: "The command: tracing as fast as a program can fire",
      text: "200,000 events with a number and a string, with each tracer in turn, written to a file as text. An " \
            "event costs the program the hit; the tracer's CPU time is all that it uses from start to end. usdt-dyn " \
            "has 32 MiB of buffers per processor, and the others are given as much; bpftrace also runs with its own " \
            "default. perf record writes its file first, and perf script turns it into text.",
      plot: "shown a second", columns: true
    ),
    "trace-steady" => Section.new(
      title: "The command: tracing 20,000 events a second",
      text: "The same for one second of events at a steady rate. Start-up and exit weigh more here.",
      columns: true
    ),
    "watch" => Section.new(
      title: "Watches",
      text: "A thread that waits on a watch: how often it wakes in vain, how soon it notices a tracer, and what one " \
            "look costs. The delays are relative to a thread that polls the semaphore five times per millisecond, " \
            "which is itself late at times on a busy machine."
    )
  }.freeze

  # A part that the page does not know is shown too.
  def self.of(part)
    ALL.fetch(part) { Section.new(title: part, text: "") }
  end
end
