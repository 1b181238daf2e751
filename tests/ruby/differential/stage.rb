# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "show"

module Differential
  # Runs one program in this process, and keeps what it notes, returns and raises. The helpers follow a
  # {Tracing}; without one there are none.
  class Stage
    # The program is too deep in its own methods, or notes without end.
    class TooMuch < StandardError; end

    MOST_NOTES = 400
    DEEPEST = 5

    class << self
      # @return [Stage] of this process
      attr_accessor :current
    end

    # @return [Array<Symbol>] the names of all methods that are or were traced
    attr_reader :traced

    # @param chunks [Array<String>] Ruby source
    # @param tracing [Tracing, nil]
    def initialize(chunks, tracing)
      @chunks = chunks
      @tracing = tracing
      @transcript = []
      @counts = Hash.new(0)
      @traced = []
      @now = 0
    end

    # @return [Array<Array(Integer, String)>] number of the chunk, and what was seen there
    def run
      Stage.current = self
      Thread.report_on_exception = false # it prints the wrapper's frames
      @chunks.each_with_index { |chunk, number| run_chunk(chunk, number) }
      @now = @chunks.size
      [*@tracing&.finish, *Show.survey].each { |line| add(line) }
      @transcript
    end

    # @return [void]
    def note(values)
      raise TooMuch, "too many notes" if @transcript.size > MOST_NOTES

      add(values.map { |value| Show.value(value) }.join(" "))
    end

    # @return [nil]
    def trace(kind, owner, method, **options)
      @traced << method
      @tracing&.trace(kind, owner, method, **options)
      nil
    end

    # A traced method that is inherited is listed as the class's own, as the README says.
    # @return [Array<Symbol>]
    def listed(names)
      (names - @traced - Show::CHANGES).grep_v(/\A(?:singleton_)?method_(?:added|removed|undefined)\z/).sort
    end

    # @return [void]
    def flip
      @tracing&.flip
      nil
    end

    # Programs call each other's methods in here.
    def deeper
      depth = Thread.current[:depth].to_i
      raise TooMuch, "too deep" if depth >= DEEPEST

      Thread.current[:depth] = depth + 1
      begin
        yield
      ensure
        Thread.current[:depth] = depth
      end
    end

    # @return [Integer] how often it was asked for
    def count(name)
      @counts[name] += 1
    end

    private

    def run_chunk(chunk, number)
      @now = number
      value = catch(:out) { TOPLEVEL_BINDING.dup.eval(chunk, "program", 1) }
      add("=> #{Show.value(value)}")
    rescue Exception => e # rubocop:disable Lint/RescueException
      add("!! #{Show.error(e, @traced)}")
    end

    def add(line)
      @transcript << [@now, line]
    end
  end
end

# What programs have at hand.
module Kernel
  module_function

  def note(*values)
    Differential::Stage.current.note(values)
    :noted
  end

  def trace(...) = Differential::Stage.current.trace(...)
  def flip = Differential::Stage.current.flip
  def deeper(&) = Differential::Stage.current.deeper(&)
  def count(name) = Differential::Stage.current.count(name)
  def listed(names) = Differential::Stage.current.listed(names)
  def survey = Differential::Show.survey(traced: Differential::Stage.current.traced).each { |line| note line }.size
end

$a = $b = nil # rubocop:disable Style/GlobalVars
PROC = proc { |x, y = 1| [x, y] }
LAMBDA = ->(*x, **o) { [x, o] }
