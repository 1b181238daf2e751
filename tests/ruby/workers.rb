# SPDX-License-Identifier: MIT
# frozen_string_literal: true

# A forked process that runs the lines that it is told.
class Worker
  attr_reader :pid

  def initialize
    theirs, @requests = IO.pipe
    @answers, answers = IO.pipe
    @pid = fork do
      @requests.close
      while (line = theirs.gets)
        answers.puts(eval(line, TOPLEVEL_BINDING).to_s)
        answers.flush
      end
      exit!
    end
    theirs.close
    answers.close
  end

  def ask(line)
    @requests.puts(line)
    @requests.flush
    @answers.gets.chomp
  end
end

WORKERS = Array.new(4) { Worker.new }

# Who has a wrapper in the way of Checkout#pay?
def states
  "parent #{wrapped?(:pay) ? 1 : 0} workers #{WORKERS.map { |w| w.ask("wrapped?(:pay) ? 1 : 0") }.join(" ")}"
end
