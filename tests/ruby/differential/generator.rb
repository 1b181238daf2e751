# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative "dice"
require_relative "signature"
require_relative "body"
require_relative "world"
require_relative "themes"

module Differential
  # Makes the program of a seed: definitions, then traces, then calls, changes and flips in a random order.
  class Generator
    KINDS = %i[latency stack arguments calls own].freeze
    # By what is traced: the chunks that change what is above it, or a copy of it; that ask for its arity or whether
    # it is its own; or that copy its methods.
    UNSEEN = {
      "A" => /\A(?:module|class Object|def |alias )|; module M|class Copy/,
      **%w[B $a].to_h do |name|
        [name, /\A(?:module|class\ (?:A|<<\ A|Object)|def\ |alias\ |A\.|Thread|trap|\{k:\ 1\}\.)|
               ;\ (?:module\ M|class\ A)|class\ Copy|singleton_method\(/x]
      end,
      **%w[M M1 I].to_h { |name| [name, /alias|method\(/] }
    }.freeze
    # A Hash that loses its mark on its way to an inherited method.
    MARKED = /Hash\.ruby2_keywords_hash\((\{.*?\})\)/
    # Ruby 3.1 does not see it change back in a refined class that has nothing prepended.
    VISIBILITY = /(?:public|private|protected) :/

    # @param seed [Integer]
    # @return [Array<String>] chunks of Ruby source, each of which works without the others
    def self.program(seed)
      new(seed).program
    end

    def initialize(seed)
      @dice = Dice.new(seed)
      @world = World.new(@dice)
      @themes = @dice.some(Themes.all, @dice.pick([0, 1, 1, 2]))
    end

    # @return [Array<String>]
    def program
      definitions = (@world.definitions + @themes.flat_map(&:definitions)).map { |text| @dice.fill(text) }
      traces = self.traces
      late = @dice.chance(0.2) ? [trace(@world.traceable)] : []
      rest = self.rest.select { |chunk| seen?(chunk, traces + late) }
      rest = rest.grep_v(/refine/) if rest.grep(VISIBILITY).any?
      chunks = [*definitions, *traces, "flip", *@dice.shuffle(rest + late)]
      all_own?(traces + late, definitions) ? chunks : chunks.map { |chunk| chunk.gsub(MARKED, '\1') }
    end

    private

    def traces
      own = Array.new(@dice.between(1, 3)) { @world.traceable }
      theirs = @themes.flat_map { |theme| @dice.some(theme.traceable, @dice.between(1, 3)) }
      (own + theirs).flat_map { |target| Array.new(@dice.pick([1, 1, 1, 2])) { trace(target) } }
    end

    # Not what the README lists: {UNSEEN}, and that an object with traced methods of its own cannot be dumped, and
    # shares with its clones by what it is extended later.
    def seen?(chunk, traces)
      traces.none? do |text|
        _, target, name = *text.match(/, (\S+), :"?(.+?)"?(?:, singleton: true)?\z/)
        next true if target.start_with?("$") && chunk.match?(/Marshal|clone/)

        UNSEEN.fetch(target, /\z./).match?(chunk) && chunk.match?(/(?<!\w)#{Regexp.escape(name)}(?!\w)/)
      end
    end

    def all_own?(traces, definitions)
      traces.all? do |text|
        name = text[/\Atrace :\w+, A, :(\w+)\z/, 1]
        name ? definitions.any?(/\Aclass A;.*def #{name}\b/) : !text.match?(/, (?:B|\$a), /)
      end
    end

    def trace(target)
      "trace :#{@dice.pick(KINDS)}, #{target}"
    end

    def rest
      actions = @themes.flat_map { |theme| @dice.some(theme.actions, 4) }
      changes = @themes.flat_map { |theme| @dice.some(theme.changes, 2) }
      own = Array.new(@dice.between(4, 9)) { @dice.chance(0.35) ? @world.change : @world.action }
      flips = Array.new(@dice.pick([0, 1, 2, 3])) { "flip" }
      (actions + changes + own + flips).map { |text| @dice.fill(text) }
    end
  end
end
