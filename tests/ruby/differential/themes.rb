# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Differential
  # What some programs have besides the classes of the {World}: each file of the folder themes adds some. A line is
  # one chunk of a program, where `{call}` and the like are the dice's; one below `traceable` is what trace is given.
  module Themes
    Theme = Struct.new(:definitions, :traceable, :actions, :changes)

    class << self
      # @return [Array<Theme>]
      def all
        @all ||= Dir[File.join(__dir__, "themes", "*.txt")].filter_map do |file|
          read(File.readlines(file, chomp: true))
        end
      end

      private

      # "# since VERSION" leaves a file out where Ruby is older.
      def read(lines)
        since = lines.first[/\A# since (.*)/, 1]
        return if since && RUBY_VERSION < since

        parts = lines.reject { |line| line.empty? || line.start_with?("#") }.slice_before(/\A== /)
        Theme.new(*Theme.members.map { |name| parts.find { |title, _| title == "== #{name}" }.drop(1) })
      end
    end
  end
end
