# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module StaticTracing
  module Helpers
    # Shows values without calling the program, which might ask a database, take long or raise: numbers,
    # texts, Arrays and Hashes by the methods that Ruby has for them, whatever a subclass has in their
    # place; of anything else the class. All of it is bounded, and private data is left out.
    # @api private
    class Show
      # The most elements of an Array or a Hash that are shown.
      ELEMENTS = 20
      # How deep Arrays and Hashes are shown within each other.
      DEPTH = 3
      # The most bytes of a text, and bits of a number, that are looked at.
      LIMIT = 400
      # How long `inspect` of {Configuration#inspectable} classes may go on being called for one hit, in ns.
      TIME = 5_000_000
      # What stands for a value.
      MASK = "?"

      ADDRESS = /[^\s"'<>(),;:=]*@[^\s"'<>(),;:=]*/
      # Is an `inspect` under way in this Fiber? It may call a traced method.
      BUSY = :usdt_ffi_inspects
      CORE = {
        is_a: [Module, :===], class: [Kernel, :class], id: [BasicObject, :__id__], name: [Module, :name],
        superclass: [Class, :superclass], integer: [Integer, :inspect], float: [Float, :inspect],
        symbol: [Symbol, :inspect], symbol_name: [Symbol, :name], string: [String, :inspect],
        part: [String, :byteslice], length: [Array, :length], first: [Array, :first], size: [Hash, :size],
        to_a: [Hash, :to_a]
      }.transform_values(&:freeze).freeze
      private_constant :ADDRESS, :BUSY, :CORE

      class << self
        # What both hold can be read in every Ractor.
        # @return [Regexp] names of what is not shown
        attr_accessor :filter
        # @return [Array<Module>] see {Configuration#inspectable}
        attr_accessor :inspectable

        # @return [Hash{Symbol => UnboundMethod}] of {CORE}, which a Ractor has for itself
        def core
          Ractor.current[:usdt_ffi_core] ||= CORE.transform_values { |owner, name| find(owner, name) }
        end

        # @param text [String]
        # @param bytes [Integer]
        # @return [String] at most so many bytes of it
        def cut(text, bytes)
          text.bytesize > bytes ? "#{text.byteslice(0, bytes - 3).scrub("")}..." : text
        end

        private

        # What Ruby itself has, behind what the program may have put before it.
        def find(owner, name)
          method = owner.instance_method(name)
          method = method.super_method until method.source_location.nil? ||
                                             method.source_location.first.start_with?("<internal:")
          method
        end
      end

      # @param bytes [Integer] the most for one value
      def initialize(bytes)
        @bytes = bytes
        @core = Show.core
        @deadline = StaticTracing.nsec + TIME
      end

      # @param value [Object]
      # @param name [String, nil] of the argument
      # @return [String]
      def show(value, name)
        text_of { add(value, name, 0) }
      end

      # @param key [Symbol, Object] of a Hash or a keyword
      # @param value [Object]
      # @return [String]
      def show_pair(key, value)
        text_of { add_pair(key, value, 0) }
      end

      private

      def text_of
        @text = +""
        yield
        Show.cut(@text, @bytes)
      rescue StandardError
        "..."
      end

      def call(name, object, *arguments)
        @core.fetch(name).bind_call(object, *arguments)
      end

      def add(value, name, depth)
        return @text << MASK if name && Show.filter.match?(name)

        case value
        when nil then @text << "nil"
        when true, false then @text << (value ? "true" : "false")
        when Integer then @text << (value.bit_length > LIMIT ? "#<Integer>" : call(:integer, value))
        when Float then @text << call(:float, value)
        when Symbol then @text << symbol(value)
        when String then @text << quote(value)
        when Array then add_elements(value, call(:length, value), depth, "[]") { call(:first, value, ELEMENTS) }
        when Hash then add_elements(value, call(:size, value), depth, "{}") { call(:to_a, value) }
        when Module then @text << name_of(value)
        else add_object(value)
        end
      end

      def quote(string)
        part = call(:part, string, 0, LIMIT)
        part = part.encode("UTF-8", invalid: :replace, undef: :replace) unless part.encoding.ascii_compatible?
        call(:string, hide_addresses(part))
      end

      def hide_addresses(text)
        text.include?("@") ? text.scrub(MASK).gsub(ADDRESS, MASK) : text
      end

      def add_elements(value, count, depth, brackets)
        return add_class(value, " of ", count) if count > ELEMENTS || (depth == DEPTH && count.positive?)

        @text << brackets[0]
        yield.each_with_index do |element, i|
          break if @text.bytesize > @bytes

          @text << ", " if i.positive?
          brackets == "[]" ? add(element, nil, depth + 1) : add_pair(*element, depth + 1)
        end
        @text << brackets[1]
      end

      def add_pair(key, value, depth)
        case key
        when Symbol
          name = call(:symbol_name, key)
          @text << symbol(key).delete_prefix(":") << ": "
        else
          name = call(:part, key, 0, LIMIT) if String === key
          add(key, nil, depth)
          @text << " => "
        end
        add(value, name, depth)
      end

      def symbol(symbol)
        name = call(:symbol_name, symbol)
        name.bytesize > LIMIT ? ":".dup << quote(name) : call(:symbol, symbol)
      end

      def add_object(value)
        is_inspectable = Show.inspectable.any? { |mod| call(:is_a, mod, value) }
        text = inspect_by_program(value) if is_inspectable && StaticTracing.nsec < @deadline && !Thread.current[BUSY]
        text ? @text << text : add_class(value, " object_id=", call(:id, value))
      end

      def add_class(value, label, number)
        @text << "#<" << name_of(call(:class, value)) << label << call(:integer, number) << ">"
      end

      def inspect_by_program(value)
        Thread.current[BUSY] = true
        text = value.inspect
        hide_addresses(call(:part, text, 0, LIMIT)) if String === text
      rescue StandardError, NotImplementedError, SystemStackError
        nil
      ensure
        Thread.current[BUSY] = nil
      end

      # A class of the program may have a method `name` of its own.
      def name_of(mod)
        name = call(:name, mod) and return name

        Class === mod ? "a subclass of #{name_of(call(:superclass, mod))}" : "a module"
      end
    end
  end
end
