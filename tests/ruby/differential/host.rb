# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require "tempfile"
require_relative "link"
require_relative "outcome"
require_relative "stage"

module Differential
  # A process that runs programs, each in a child of its own, under one kind of {MODES}.
  class Host
    # What makes the tracing of a program; without one the gem is not loaded.
    MODES = {
      untraced: nil,
      on: ->(_) { Tracing::Always.new },
      flipping: ->(_) { Tracing.new },
      tracer: ->(link) { RealTracer.new(link) }
    }.freeze
    # Seconds that a program may take.
    LIMIT = 60
    # The tracer, where there can be one.
    COMMAND = ENV.fetch("DIFFERENTIAL_TRACER", nil)

    # @param mode [Symbol]
    def initialize(mode)
      @mode = mode
      @link = Link.from_child { |link| serve(link) }
    end

    # Tells it to run the program; {outcome} waits for what it comes to.
    # @param chunks [Array<String>]
    # @return [void]
    def start(chunks)
      @link.send(chunks)
    end

    # @return [Outcome]
    def outcome
      @link.receive || raise("the host of #{@mode} has died")
    end

    # @return [void]
    def close
      @link.send(nil)
      Process.wait(@link.pid)
    end

    private

    def serve(link)
      require_tracing unless @mode == :untraced
      @output = Tempfile.create("differential")
      File.unlink(@output)
      while (chunks = link.receive)
        link.send(run(chunks))
      end
    end

    def require_tracing
      $LOAD_PATH.unshift File.expand_path("../../../bindings/ruby/lib", __dir__)
      require "usdt-ffi"
      StaticTracing.supported? # loads the library, here and not in each child
      require_relative "tracing"
      require_relative "real_tracer"
    end

    def run(chunks)
      @output.rewind
      @output.truncate(0)
      child = Link.from_child { |link| play(chunks, link) }
      transcript = converse(child)
      ending = Process.wait2(child.pid).last.to_s.sub(/\Apid \d+ /, "")
      Outcome.new(ending, transcript, printed)
    ensure
      child.close
      untrace
    end

    # In the child.
    def play(chunks, link)
      [$stdout, $stderr].each { |stream| stream.reopen(@output) }
      $stdout.sync = true
      Stage.new(chunks, MODES.fetch(@mode)&.call(link)).run
    rescue Exception => e # rubocop:disable Lint/RescueException
      [[-1, e.full_message(highlight: false)]]
    end

    # The child asks for a tracer to come and go, until it tells its transcript, or dies.
    def converse(link)
      loop do
        message = link.receive(LIMIT)
        case message
        when :attach then trace(link.pid)
        when :detach then untrace
        when :late then return Process.kill(:KILL, link.pid) && nil
        else return message
        end
        link.send(:done)
      end
    end

    # The child had the same position in the file.
    def printed
      @output.rewind
      Show.plain(@output.read)
    end

    def trace(pid)
      @tracer = Process.spawn(COMMAND, "trace", "-p", pid.to_s, "differential:*", %i[in out err] => "/dev/null")
    end

    def untrace
      return unless @tracer

      Process.kill(:INT, @tracer)
      Process.wait(@tracer)
      @tracer = nil
    end
  end
end
