# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Rails
    # What of a text that may hold private data goes to a tracer. Each filter can be replaced:
    # `config.static_tracing.filters[:sql] = ->(sql) { sql }`.
    module Filters
      # The most bytes of a text that are looked at.
      LIMIT = 1024

      # What stands for a value.
      MASK = "?"
      STRING = /'(?:[^']|'')*(?:'|\z)/
      # What a database with ` for names (MySQL) takes for strings besides.
      DOUBLE_QUOTED = /"(?:[^"]|"")*(?:"|\z)/
      DOLLAR_QUOTED = /\$(\w*)\$.*?(?:\$\1\$|\z)/m
      NUMBER = /(?<![\w$.])\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/i
      private_constant :STRING, :DOUBLE_QUOTED, :DOLLAR_QUOTED, :NUMBER

      class << self
        # Without the query string.
        # @param path [String]
        # @return [String]
        def path(path)
          path[/\A[^?]*/]
        end

        # With ? for all values: an adapter may have put the bound ones into the text.
        # @param sql [String]
        # @return [String]
        def sql(sql)
          # Databases disagree on what a backslash means: nothing is known after the first quote.
          sql = sql.sub(/['"].*\z/m, MASK) if sql.include?("\\")
          sql = sql.gsub(DOUBLE_QUOTED, MASK) if sql.include?("`")
          sql.gsub(DOLLAR_QUOTED, MASK).gsub(STRING, MASK).gsub(NUMBER, MASK)
        end

        # With ? for all numbers, and for what has an @ in it.
        # @param key [String] of the cache
        # @return [String]
        def key(key)
          key.gsub(%r{[^/:\s]*@[^/:\s]*}, MASK).gsub(/\d+/, MASK)
        end

        # @param text [Object]
        # @return [String] at most {LIMIT} bytes of it
        def cut(text)
          text = text.to_s
          text = text.scrub(MASK) unless text.valid_encoding?
          text.bytesize > LIMIT ? text.byteslice(0, LIMIT).scrub("") : text
        end
      end

      # By the kind of the text.
      DEFAULTS = { path: method(:path), sql: method(:sql), key: method(:key) }.freeze
    end
  end
end
